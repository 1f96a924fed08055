import { memo, type Memo } from '../../ports/memo.ts'
import type { Signal } from '../../ports/signals.ts'

/** What was told in one chat within a moment. One batch goes to many followers, so it carries what is worked out of it. */
export interface SignalBatch {
  readonly signals: readonly Signal[]
  readonly form: Memo<readonly Signal[]>
}

export const signalBatchOf = (signals: readonly Signal[]): SignalBatch => ({ signals, form: memo(signals) })
