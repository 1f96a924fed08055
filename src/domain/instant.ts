import * as E from 'fp-ts/lib/Either.js'

export interface InstantError {
  readonly kind: 'InstantMalformed'
}

const MALFORMED = E.left<InstantError>({ kind: 'InstantMalformed' })

const RFC_3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** The engine takes 30 February for 2 March. */
const isInCalendar = (year: number, month: number, day: number) =>
  new Date(Date.UTC(2000 + (year % 400), month - 1, day)).getUTCDate() === day

/** A moment as RFC 3339 writes it, with `T`, and `Z` or an offset. Kept to the millisecond; there are no leap seconds. */
export const Instant = {
  PATTERN: RFC_3339,
  parse: (raw: string): E.Either<InstantError, Date> => {
    const [, year, month, day] = RFC_3339.exec(raw) ?? []
    if (!isInCalendar(Number(year), Number(month), Number(day))) return MALFORMED
    return E.right(new Date(raw))
  },
}
