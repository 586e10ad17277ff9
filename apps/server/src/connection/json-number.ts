const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const INTEGER = /^-?\d+$/;
/** No useful number is written longer; the bound keeps the comparison below cheap. */
const LONGEST = 400;
/** What `toPrecision` can print. */
const MOST_DIGITS = 100;

/** The digits that carry the value: without sign, point, exponent, and zeros at either end. */
function significant(text: string): string {
  const mantissa = text
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '');
  let end = mantissa.length;
  while (end > 0 && mantissa.charCodeAt(end - 1) === 0x30) end--;
  return mantissa.slice(0, end);
}

/**
 * Whether double precision keeps the number as it was written: printed with as many digits, the double gives the same
 * digits. False for integers beyond 2^53 - 1, for what overflows or becomes zero, for -0, and for digits that would be lost.
 */
export function survivesDouble(text: string): boolean {
  if (text.length > LONGEST) return false;
  const value = Number(text);
  // As most programs print a double: the shortest text that gives it back.
  if (String(value) === text) return !Number.isInteger(value) || Number.isSafeInteger(value) || !INTEGER.test(text);
  // What is no number at all is the parser's to refuse.
  if (!NUMBER.test(text)) return true;
  if (!Number.isFinite(value)) return false;
  const digits = significant(text);
  if (digits === '') return !text.startsWith('-');
  if (value === 0 || digits.length > MOST_DIGITS) return false;
  if (INTEGER.test(text)) return Number.isSafeInteger(value);
  return significant(value.toPrecision(digits.length)) === digits;
}
