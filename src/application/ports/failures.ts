/** The adapter could not answer in time. A write may or may not have been kept; a read may be tried again. */
export interface Unavailable {
  readonly kind: 'Unavailable'
  readonly cause: unknown
}
