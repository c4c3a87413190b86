/**
 * Which network a packet is in, where equal addresses and ports may live in several. Wireshark takes those for
 * one connection, and so does finwait unless it is asked to tell them apart.
 */

/** What may tell networks apart: tags of VLANs, tunnels over IP, the interfaces of a capture. */
export const SEPARATIONS = ['vlan', 'tunnel', 'interface'] as const;
export type Separation = (typeof SEPARATIONS)[number];

/** A kind of network, and what it is called in reports. */
interface Kind {
  readonly separation: Separation;
  readonly label: string;
}

const KINDS = [
  { separation: 'interface', label: 'interface' },
  { separation: 'vlan', label: 'VLAN' },
  { separation: 'tunnel', label: 'VXLAN' },
  { separation: 'tunnel', label: 'Geneve' },
  { separation: 'tunnel', label: 'GRE key' },
  { separation: 'tunnel', label: 'GRE tunnel' },
  { separation: 'tunnel', label: 'IP tunnel' },
  { separation: 'tunnel', label: 'EtherIP tunnel' },
  { separation: 'tunnel', label: 'GTP-U tunnel' },
  { separation: 'tunnel', label: 'Teredo tunnel' },
] as const satisfies readonly Kind[];

// Places in `KINDS`: first those whose packets name their network by a number, then those whose ends do.
const INTERFACE = 0;
export const VLAN = 1;
export const VXLAN = 2;
export const GENEVE = 3;
export const GRE_KEY = 4;
export const GRE = 5;
export const IP_IN_IP = 6;
export const ETHER_IP = 7;
export const GTP_U = 8;
export const TEREDO = 9;

/** Both ends of a tunnel, as a `Segment` holds addresses. */
interface Ends {
  readonly source0: number;
  readonly source1: number;
  readonly source2: number;
  readonly source3: number;
  readonly destination0: number;
  readonly destination1: number;
  readonly destination2: number;
  readonly destination3: number;
}

/** Where nothing is told apart. */
const EVERYWHERE = 0;
/** Numbers given out at most, so that no capture fills the memory. Networks beyond share that around them. */
const MAX_DOMAINS = 1 << 18;
const FULL = -1;

/**
 * Small numbers for networks within networks: the way from the interface through tags and tunnels to the
 * segment. They are given out in the order of the packets, and compared in full.
 */
export class Domains {
  readonly #isSeparating: readonly boolean[];
  /** By the number of the network around, times 2^32, and one more word of the way. */
  readonly #inner = new Map<number, number>();
  /** By number, what is said of it. */
  readonly #names: string[] = [''];
  /** How many tunnels of each kind have got a name. */
  readonly #tunnels = KINDS.map(() => 0);

  constructor(separations: readonly Separation[]) {
    this.#isSeparating = KINDS.map(({ separation }) => separations.includes(separation));
  }

  /** The network of everything that an interface captured. */
  ofInterface(id: number): number {
    return this.ofNumber(EVERYWHERE, INTERFACE, id);
  }

  /** The network within `outer` that packets name by `id`. */
  ofNumber(outer: number, kind: number, id: number): number {
    if (!this.#isSeparating[kind]) return outer;
    const known = this.#step(this.#step(outer, kind), id);
    if (known === FULL) return outer;
    if (this.#names[known] === '') this.#name(known, outer, kind, id >>> 0);
    return known;
  }

  /** The network within `outer` that a tunnel leads to whose packets name no network: that of its two ends. */
  ofEnds(outer: number, kind: number, ends: Ends): number {
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
    const known = isForward
      ? this.#steps(lower, destination0, destination1, destination2, destination3)
      : this.#steps(lower, source0, source1, source2, source3);
    if (known === FULL) return outer;
    if (this.#names[known] === '') this.#name(known, outer, kind, ++this.#tunnels[kind]);
    return known;
  }

  /** `VLAN 5, VXLAN 42`; empty where nothing tells networks apart. */
  nameOf(domain: number): string {
    return this.#names[domain];
  }

  #name(domain: number, outer: number, kind: number, id: number): void {
    const name = `${KINDS[kind].label} ${id}`;
    const around = this.#names[outer];
    this.#names[domain] = around === '' ? name : `${around}, ${name}`;
  }

  #steps(from: number, word0: number, word1: number, word2: number, word3: number): number {
    return this.#step(this.#step(this.#step(this.#step(from, word0), word1), word2), word3);
  }

  #step(from: number, word: number): number {
    if (from === FULL) return FULL;
    const key = from * 2 ** 32 + (word >>> 0);
    const known = this.#inner.get(key);
    if (known !== undefined) return known;
    if (this.#names.length === MAX_DOMAINS) return FULL;
    this.#inner.set(key, this.#names.length);
    return this.#names.push('') - 1;
  }
}
