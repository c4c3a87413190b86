import { displayWidth, splitAtWidth } from '../report/text/display-width.js';
import { captureName, shortened } from '../report/text/words.js';
import type { Stream } from './io.js';

/** Short runs show nothing: the line appears after this many milliseconds, and is renewed as often. */
const INTERVAL = 400;
/** A name cut shorter than this is useless. */
const LEAST_NAME = 9;
const ERASE_LINE = '\r\u001b[K';

/** One line on a terminal that shows how far reading has got; nothing if stderr is not a terminal. */
export class Progress {
  readonly #stream: Stream | null;
  readonly #name: string;
  readonly #started = Date.now();
  #next = this.#started + INTERVAL;
  #shown = false;

  constructor(stream: Stream | null, path: string) {
    this.#stream = stream?.isTerminal === true ? stream : null;
    this.#name = captureName(path);
  }

  show(read: number, total: number | null): void {
    if (this.#stream === null || Date.now() < this.#next) return;
    const elapsed = (Date.now() - this.#started) / 1000;
    const rate = read / elapsed;
    this.#next = Date.now() + INTERVAL;
    this.#shown = true;
    const megabytes = `${(read / 1e6).toFixed(0)} MB, ${(rate / 1e6).toFixed(0)} MB/s`;
    const share =
      total === null
        ? ''
        : ` ${Math.floor((read / total) * 100)} %, ${((total - read) / rate).toFixed(0)} s left`;
    // The terminal would wrap a longer line, and only its last part would be erased.
    const [line] = splitAtWidth(this.#line(`${megabytes}${share}`), this.#stream.columns - 1);
    this.#stream.write(`${ERASE_LINE}${line}`);
  }

  /** The figures matter more than the whole of a long path. */
  #line(figures: string): string {
    const room = (this.#stream?.columns ?? 0) - 1 - figures.length - ': '.length;
    const width = displayWidth(this.#name);
    if (width <= room) return `${this.#name}: ${figures}`;
    const characters = Math.floor((room * this.#name.length) / width);
    return characters < LEAST_NAME ? figures : `${shortened(this.#name, characters)}: ${figures}`;
  }

  clear(): void {
    if (this.#shown) this.#stream?.write(ERASE_LINE);
    this.#shown = false;
  }
}
