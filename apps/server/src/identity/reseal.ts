import type { SealedText } from '../redis/sealed-text.ts';
import { type Sealer, UnsealFailure } from './seal.ts';

/** What became of the texts of one kind. */
export interface Resealed {
  /** Sealed anew under the key in force. */
  readonly resealed: number;
  /** Sealed under it already. */
  readonly current: number;
  /** Contexts of those that neither key opens. */
  readonly lost: readonly string[];
}

/** Seals everything under the key in force that is not yet. @throws what Redis throws. */
export async function reseal(sealer: Sealer, texts: AsyncIterable<SealedText>): Promise<Resealed> {
  let resealed = 0;
  let current = 0;
  const lost: string[] = [];
  for await (const { context, text, isPlain, replace } of texts) {
    if (!isPlain && sealer.isCurrent(text)) {
      current++;
      continue;
    }
    try {
      await replace(sealer.seal(context, isPlain ? text : sealer.open(context, text)));
      resealed++;
    } catch (error) {
      if (!(error instanceof UnsealFailure)) throw error;
      lost.push(context);
    }
  }
  return { resealed, current, lost };
}
