// Shows what is being done, one short line a step. Plain JavaScript: it runs before anything is installed.

/** Whether the reader sits at a terminal; CI and pipes get no control codes. */
const terminal = process.stdout.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb';
const colour = terminal && !process.env.NO_COLOR;

/** @param {string} code @param {string} text @returns {string} */
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

/** @param {string} text @returns {string} */
export const bold = (text) => paint('1', text);
/** @param {string} text @returns {string} */
export const dim = (text) => paint('2', text);
/** @param {string} text @returns {string} */
export const red = (text) => paint('31', text);
/** @param {string} text @returns {string} */
export const green = (text) => paint('32', text);

/** A mistake that the reader can do something about: shown without a stack. */
export class Explained extends Error {}

/**
 * What a step did. `title` replaces the step's title, `detail` follows it, dimmed.
 * @typedef {{ title?: string, detail?: string } | undefined | void} StepResult
 */

/**
 * Runs one step and says how it went. At a terminal its title shows while it works, with `tell(line)` for what it is doing just now.
 *
 * @template {StepResult} T
 * @param {string} title
 * @param {(tell: (line: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const started = performance.now();
  let doing = '';
  const show = () => {
    if (terminal)
      process.stdout.write(`\r\u001b[K${dim(`· ${title}${doing && `: ${doing}`}  ${seconds(started)}`).slice(0, 200)}`);
  };
  const timer = terminal ? setInterval(show, 250) : undefined;
  show();
  const end = (/** @type {string} */ line) => {
    clearInterval(timer);
    process.stdout.write(`${terminal ? '\r\u001b[K' : ''}${line}\n`);
  };
  try {
    const result = await work((line) => {
      doing = line.split('\n').at(-1) ?? '';
      show();
    });
    const took = performance.now() - started > 400 ? `  ${seconds(started)}` : '';
    const detail = result?.detail === undefined ? '' : `  ${result.detail}`;
    end(`${green('✓')} ${result?.title ?? title}${dim(detail + took)}`);
    return result;
  } catch (error) {
    end(`${red('✗')} ${title}  ${dim(seconds(started))}`);
    throw error;
  }
}

/** @param {number} since @returns {string} */
export function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * Shows an error that ends the program: what the reader can act on without a stack, a mistake of ours with one.
 * @param {unknown} error
 */
export function showError(error) {
  const text =
    error instanceof Explained
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stdout.write(`\n${red(text)}\n`);
}
