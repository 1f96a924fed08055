/**
 * Counts the ends of events in what arrives, also those that come in pieces. An end is ASCII, and no beginning of it is
 * an end of it.
 */
export const counterOf = (eventEnd: string, counted: (events: number) => void) => {
  const wanted = Buffer.from(eventEnd)
  const most = wanted.length - 1
  /** What may be the beginning of an end. */
  let tail = ''
  return (chunk: Buffer) => {
    let events =
      tail !== '' && `${tail}${chunk.toString('latin1', 0, Math.min(most, chunk.length))}`.includes(eventEnd) ? 1 : 0
    let last = -1
    for (let at = chunk.indexOf(wanted); at >= 0; at = chunk.indexOf(wanted, at + wanted.length), events++) last = at
    const endsWhole = last >= 0 && last + wanted.length === chunk.length
    tail = endsWhole ? '' : `${tail}${chunk.toString('latin1', Math.max(0, chunk.length - most))}`.slice(-most)
    counted(events)
  }
}
