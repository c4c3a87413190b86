/**
 * Which network a packet is in, since several may use equal addresses and ports. Wireshark counts those as one
 * connection, and so does finwait unless it is asked to separate them.
 */
import { type AddressPair, formatAddress } from '../core/addresses.js';

/** What may separate networks: tags of VLANs, tunnels over IP, the interfaces of a capture. */
export const SEPARATIONS = ['vlan', 'tunnel', 'interface'] as const;
export type Separation = (typeof SEPARATIONS)[number];

/** How frames show a network: the tags of one VLAN may be of several kinds. */
export type NetworkKind =
  | 'interface'
  | 'vlan'
  | 'service-vlan'
  | 'mirrored-vlan'
  | 'vxlan'
  | 'geneve'
  | 'gre-key'
  | 'gre'
  | 'ip-in-ip'
  | 'ether-ip'
  | 'gtp-u'
  | 'teredo'
  | 'l2tp';

interface Kind {
  readonly name: NetworkKind;
  readonly separation: Separation;
  /** What it is called in reports. Kinds with the same label show the same networks. */
  readonly label: string;
}

const KINDS: readonly Kind[] = [
  { name: 'interface', separation: 'interface', label: 'interface' },
  { name: 'vlan', separation: 'vlan', label: 'VLAN' },
  { name: 'service-vlan', separation: 'vlan', label: 'VLAN' },
  { name: 'mirrored-vlan', separation: 'vlan', label: 'VLAN' },
  { name: 'vxlan', separation: 'tunnel', label: 'VXLAN' },
  { name: 'geneve', separation: 'tunnel', label: 'Geneve' },
  { name: 'gre-key', separation: 'tunnel', label: 'GRE key' },
  { name: 'gre', separation: 'tunnel', label: 'GRE tunnel' },
  { name: 'ip-in-ip', separation: 'tunnel', label: 'IP tunnel' },
  { name: 'ether-ip', separation: 'tunnel', label: 'EtherIP tunnel' },
  { name: 'gtp-u', separation: 'tunnel', label: 'GTP-U tunnel' },
  { name: 'teredo', separation: 'tunnel', label: 'Teredo tunnel' },
  { name: 'l2tp', separation: 'tunnel', label: 'L2TP tunnel' },
];

// Places in `KINDS`: first those whose packets name their network by a number, then those whose ends do.
const INTERFACE = 0;
export const VLAN = 1;
export const SERVICE_VLAN = 2;
export const MIRRORED_VLAN = 3;
export const VXLAN = 4;
export const GENEVE = 5;
export const GRE_KEY = 6;
export const GRE = 7;
export const IP_IN_IP = 8;
export const ETHER_IP = 9;
export const GTP_U = 10;
export const TEREDO = 11;
export const L2TP = 12;

/** One network on the way to another within it. */
export interface NetworkStep {
  /** How the frames so far showed it. */
  readonly kinds: readonly NetworkKind[];
  /** Its number in packets; for a tunnel known by its ends, its number among those of its kind. */
  readonly id: number;
  /** Addresses of both ends of such a tunnel; null for others. */
  readonly ends: readonly [string, string] | null;
}

/** What separates a network from others in which the same addresses and ports may be. */
export interface NetworkPath {
  /** What was separated throughout; nothing once there were more networks than the limit. */
  readonly separations: readonly Separation[];
  /** From the outside in. */
  readonly steps: readonly NetworkStep[];
}

/** The network if nothing is separated. */
const EVERYWHERE = 0;
/** Numbers given out at most, so that no capture fills the memory. Networks beyond share the number around them. */
const MAX_DOMAINS = 1 << 18;
const FULL = -1;

/** A network that packets were in. */
interface Known {
  /** `VLAN 5, VXLAN 42`. */
  readonly name: string;
  /** The number of the network around. */
  readonly outer: number;
  /** A bit for each of `KINDS` that showed it. */
  kinds: number;
  readonly id: number;
  readonly ends: readonly [string, string] | null;
}

/**
 * Small numbers for networks within networks: the path from the interface through tags and tunnels to the
 * segment. They are given out in the order of the packets, and compared in full.
 */
export class Domains {
  readonly #separations: readonly Separation[];
  readonly #isSeparating: readonly boolean[];
  /** The first kind with the same label. */
  readonly #keys = KINDS.map(({ label }) => KINDS.findIndex((kind) => kind.label === label));
  /** By the number of the network around, times 2^32, and one more word of the path. */
  readonly #inner = new Map<number, number>();
  /** By number; null for what is only on the way to one. */
  readonly #known: (Known | null)[] = [null];
  /** How many tunnels of each kind have a number. */
  readonly #tunnels = KINDS.map(() => 0);
  #isFull = false;

  constructor(separations: readonly Separation[]) {
    this.#separations = separations;
    this.#isSeparating = KINDS.map(({ separation }) => separations.includes(separation));
  }

  /** The network of everything that an interface captured. */
  ofInterface(id: number): number {
    return this.ofNumber(EVERYWHERE, INTERFACE, id);
  }

  /** The network within `outer` that packets name by `id`. */
  ofNumber(outer: number, kind: number, id: number): number {
    if (!this.#isSeparating[kind]) return outer;
    const domain = this.#step(this.#step(outer, this.#keys[kind]), id);
    if (domain === FULL) return outer;
    const known = this.#known[domain];
    if (known === null) this.#name(domain, outer, kind, id >>> 0, null);
    else known.kinds |= 1 << kind;
    return domain;
  }

  /** The network within `outer` inside a tunnel whose packets name no network: that of its two ends. */
  ofEnds(outer: number, kind: number, ends: AddressPair): number {
    if (!this.#isSeparating[kind]) return outer;
    const { source0, source1, source2, source3 } = ends;
    const { destination0, destination1, destination2, destination3 } = ends;
    // Packets of both directions are in the same network.
    const isForward =
      (source3 - destination3 || source0 - destination0 || source1 - destination1 || source2 - destination2) <
      0;
    const start = this.#step(outer, kind);
    const lower = isForward
      ? this.#steps(start, source0, source1, source2, source3)
      : this.#steps(start, destination0, destination1, destination2, destination3);
    const domain = isForward
      ? this.#steps(lower, destination0, destination1, destination2, destination3)
      : this.#steps(lower, source0, source1, source2, source3);
    if (domain === FULL) return outer;
    if (this.#known[domain] === null) {
      this.#name(domain, outer, kind, ++this.#tunnels[kind], [
        formatAddress(source0, source1, source2, source3),
        formatAddress(destination0, destination1, destination2, destination3),
      ]);
    }
    return domain;
  }

  /** `VLAN 5, VXLAN 42`; empty if nothing separates networks. */
  nameOf(domain: number): string {
    return this.#known[domain]?.name ?? '';
  }

  /** What `nameOf` is made of, by the packets so far. */
  pathOf(domain: number): NetworkPath {
    const steps: NetworkStep[] = [];
    let known = this.#known[domain];
    while (known !== null) {
      const { kinds, id, ends, outer } = known;
      const names = KINDS.filter((_kind, place) => (kinds & (1 << place)) !== 0).map(({ name }) => name);
      steps.unshift({ kinds: names, id, ends });
      known = this.#known[outer];
    }
    return { separations: this.#isFull ? [] : this.#separations, steps };
  }

  #name(
    domain: number,
    outer: number,
    kind: number,
    id: number,
    ends: readonly [string, string] | null,
  ): void {
    const around = this.nameOf(outer);
    const own = `${KINDS[kind].label} ${id}`;
    const name = around === '' ? own : `${around}, ${own}`;
    this.#known[domain] = { name, outer, kinds: 1 << kind, id, ends };
  }

  #steps(from: number, word0: number, word1: number, word2: number, word3: number): number {
    return this.#step(this.#step(this.#step(this.#step(from, word0), word1), word2), word3);
  }

  #step(from: number, word: number): number {
    if (from === FULL) return FULL;
    const key = from * 2 ** 32 + (word >>> 0);
    const known = this.#inner.get(key);
    if (known !== undefined) return known;
    if (this.#known.length === MAX_DOMAINS) {
      this.#isFull = true;
      return FULL;
    }
    this.#inner.set(key, this.#known.length);
    return this.#known.push(null) - 1;
  }
}
