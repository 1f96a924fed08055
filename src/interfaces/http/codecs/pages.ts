import { codec } from './codec.ts'
import { between, oneOf, wholeNumber } from './rules.ts'

/** How many entries one page has at the most, and by default. */
export const PAGE_LIMIT = { LOW: 1, HIGH: 100, DEFAULT: 20 }

export const PageLimitCodec = codec('PageLimit', wholeNumber(between(PAGE_LIMIT.LOW, PAGE_LIMIT.HIGH)), String)
export const OrderCodec = codec('Order', oneOf('asc', 'desc'), String)
