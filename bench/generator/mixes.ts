import type { Ending, Exchange, Opening, Plot } from './conversation.js';
import type { Random } from './random.js';
import type { Dialect } from './segment.js';

const SECOND = 1_000_000;
const IPV6_SHARE = 0.1;

/** A kind of traffic. */
export interface Mix {
  readonly clients: number;
  readonly servers: number;
  /** New connections per second. */
  readonly arrivalRate: number;
  /** Share of connections that use an earlier one's addresses and ports. */
  readonly reuse: number;
  readonly dialect: (random: Random) => Dialect;
  readonly plot: (random: Random) => Plot;
}

const OPENINGS: Readonly<Record<Opening, number>> = { accepted: 98, refused: 1.3, unanswered: 0.7 };

const ENDINGS: Readonly<Record<Ending, number>> = {
  clientFin: 38,
  serverFin: 22,
  threeSegments: 22,
  simultaneous: 0.5,
  clientReset: 6,
  serverReset: 4,
  resetInCloseWait: 2,
  neverClosed: 3.5,
  stuckInCloseWait: 2,
};

/** What a busy service sees: requests and responses, some large, on connections that live a while. */
const service: Mix = {
  clients: 3000,
  servers: 120,
  arrivalRate: 75,
  reuse: 0.002,
  dialect: (random) => chooseDialect(random, 0.8, 0.95),
  plot(random) {
    const keepAlive = random.chance(0.05);
    return {
      opening: random.weighted(OPENINGS),
      exchanges: chooseExchanges(random),
      idle: random.exponential((keepAlive ? 90 : 15) * SECOND),
      keepAlive,
      ending: random.weighted(ENDINGS),
    };
  },
};

/** Health checks, scans and handshakes that lead to little or nothing. */
const short: Mix = {
  clients: 20_000,
  servers: 250,
  arrivalRate: 700,
  reuse: 0.002,
  dialect: (random) => chooseDialect(random, 0.04, 0.6),
  plot(random) {
    const talks = random.chance(0.1);
    return {
      opening: random.weighted({ accepted: 87, refused: 11, unanswered: 2 }),
      exchanges: talks
        ? [
            {
              requestBytes: random.integer(4, 60),
              responseBytes: random.integer(2, 90),
              pause: 0,
              thinking: random.exponential(20_000),
            },
          ]
        : [],
      idle: random.exponential(8 * SECOND),
      keepAlive: false,
      ending: random.weighted({ ...ENDINGS, clientReset: 30, serverReset: 16 }),
    };
  },
};

export const MIXES = { service, short } as const;
export type MixName = keyof typeof MIXES;

function chooseDialect(random: Random, timestampShare: number, scaleShare: number): Dialect {
  const timestamps = random.chance(timestampShare);
  // The options come in three styles: Linux's (all), Windows' (no timestamps), and a small device's (MSS only).
  const scaling = timestamps || random.chance(scaleShare);
  return { ipv6: random.chance(IPV6_SHARE), timestamps, sack: scaling, windowScale: scaling };
}

type ServiceKind = 'web' | 'dialogue' | 'bulk';

const KINDS: Readonly<Record<ServiceKind, number>> = { web: 72, dialogue: 23, bulk: 5 };

function chooseExchanges(random: Random): Exchange[] {
  const kind = random.weighted(KINDS);
  return Array.from({ length: exchangeCount(kind, random) }, () => chooseExchange(kind, random));
}

function exchangeCount(kind: ServiceKind, random: Random): number {
  switch (kind) {
    case 'web':
      return random.integer(1, 8);
    case 'dialogue':
      return random.integer(6, 34);
    case 'bulk':
      return 1;
  }
}

function chooseExchange(kind: ServiceKind, random: Random): Exchange {
  switch (kind) {
    case 'web':
      return {
        requestBytes: random.integer(150, 1300),
        responseBytes: 120 + random.exponential(random.chance(0.14) ? 18_000 : 1500),
        pause: random.exponential(2 * SECOND),
        thinking: random.exponential(60_000),
      };
    case 'dialogue':
      return {
        requestBytes: random.integer(20, 400),
        responseBytes: random.integer(10, 700),
        pause: random.exponential(SECOND),
        thinking: random.exponential(15_000),
      };
    case 'bulk': {
      const upload = random.chance(0.3);
      const many = random.integer(20_000, 170_000);
      return {
        requestBytes: upload ? many : random.integer(100, 800),
        responseBytes: upload ? random.integer(50, 400) : many,
        pause: random.exponential(SECOND / 2),
        thinking: random.exponential(100_000),
      };
    }
  }
}
