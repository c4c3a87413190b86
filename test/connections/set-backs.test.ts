import { describe, expect, it } from 'vitest';
import { conversation } from '../support/conversation.js';

const open = (time: number, port: number): string => `
  ${time}.00 C S  0   port=${port}
  ${time}.01 S SA 0 1 port=${port}
  ${time}.02 C A  1 1 port=${port}`;

const qualities = (script: string) =>
  conversation(script).map(({ quality: { clockBackwards, clockSetBack } }) => ({
    clockBackwards,
    clockSetBack,
  }));

describe('a clock that runs backwards', () => {
  it('is none while times go on, whatever the other connections see', () => {
    expect(
      qualities(`${open(1, 40001)}${open(2, 40002)}
        3.000 C PA 1 1 +5 port=40001
        2.999 C PA 1 1 +5 port=40002`),
    ).toEqual([
      { clockBackwards: false, clockSetBack: null },
      { clockBackwards: false, clockSetBack: null },
    ]);
  });

  it('by less than frames are apart that were taken in the wrong order, is no clock set back', () => {
    expect(
      qualities(`${open(1, 40001)}
        3.000 C PA 1 1 +5 port=40001
        2.999 S A  1 6    port=40001`),
    ).toEqual([{ clockBackwards: true, clockSetBack: null }]);
  });

  it('says by how much at most, and which frame shows it last', () => {
    const [{ clockBackwards, clockSetBack }] = qualities(`${open(100, 40001)}
      101.0 C PA 1 1 +5  port=40001
      51.0  S A  1 6     port=40001
      52.0  C PA 6 1 +5  port=40001
      51.5  S A  1 11    port=40001
      53.0  C PA 11 1 +5 port=40001`);
    expect(clockBackwards).toBe(true);
    expect(clockSetBack).toEqual({ seconds: 50, frame: 7 });
  });

  it('puts both connections in doubt between whose frames it did', () => {
    expect(
      qualities(`${open(1, 40001)}${open(2, 40002)}${open(3, 40003)}
        9.0 C PA 1 1 +5 port=40001
        4.0 C PA 1 1 +5 port=40002
        5.0 C PA 1 1 +5 port=40003`),
    ).toEqual([
      { clockBackwards: true, clockSetBack: { seconds: 5, frame: 11 } },
      { clockBackwards: true, clockSetBack: { seconds: 5, frame: 11 } },
      { clockBackwards: false, clockSetBack: null },
    ]);
  });

  it('measures no handshake', () => {
    const [{ vantage }] = conversation(`
      2.00 C S  0
      1.01 S SA 0 1
      1.02 C A  1 1`);
    expect(vantage).toMatchObject({ near: 'unknown', roundTripSeconds: null });
  });
});
