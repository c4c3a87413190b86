import { Analyzer, type AnalyzerOptions } from '../analyzer.js';
import type { Frame, FrameHandler } from '../capture/frame.js';
import type { FragmentedDatagrams } from './fragments.js';
import type { Selection } from './selection.js';

/**
 * Reads a capture again and picks the frames of the selected connections: their segments, ICMP errors that
 * quote one, broken TCP headers between the same ends, the fragments of their datagrams, and requests by their hosts
 * and others for each other's link addresses. Nothing is kept, however long the capture.
 */
export class FramePicker {
  readonly #analyzer: Analyzer;
  readonly #selection: Selection;
  readonly #datagrams: FragmentedDatagrams;
  readonly #pick: FrameHandler;
  #isPicked = false;

  /** @param options as in the analysis that made the selection, so that connections get the same numbers */
  constructor(
    selection: Selection,
    datagrams: FragmentedDatagrams,
    pick: FrameHandler,
    options: Pick<AnalyzerOptions, 'seed' | 'maximumConnections' | 'separate'> = {},
  ) {
    const note = (connection: number): void => {
      if (selection.connections.has(connection)) this.#isPicked = true;
    };
    this.#selection = selection;
    this.#datagrams = datagrams;
    this.#pick = pick;
    this.#analyzer = new Analyzer({
      ...options,
      onConnection: () => {},
      onSegment: note,
      onIcmpError: note,
      onBrokenHeader: note,
      onNeighbour: (message) => {
        if (selection.hasHostOf(message)) this.#isPicked = true;
      },
      onFragment: datagrams.fragment,
    });
  }

  /** Handles the next frame. Bound, so that it can be passed to a reader directly. */
  readonly onFrame = (frame: Frame): void => {
    this.#isPicked = false;
    this.#analyzer.onFrame(frame);
    const owner = this.#datagrams.recall();
    if (owner !== null && this.#selection.owns(owner)) this.#isPicked = true;
    if (this.#isPicked) this.#pick(frame);
  };
}
