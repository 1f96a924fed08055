import type { IncomingMessage } from 'node:http'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import { fieldCount } from '../endpoint/field-count.ts'

/** A name or an address with or without a port; nothing, where a target has no host (RFC 9110, section 7.2). */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\w.:%]+\])(?::\d*)?$/
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i

const ONE_HOST: ProtocolFailure = { kind: 'Malformed', detail: 'The header Host must be there, and once' }
const NO_HOST: ProtocolFailure = { kind: 'Malformed', detail: 'The header Host must be a host, with or without a port' }

/** Whether the client waits for a word before it sends the body; before HTTP/1.1 it does not, whatever it says. */
export const expectsContinue = (req: IncomingMessage): boolean =>
  req.headers.expect !== undefined && req.httpVersion >= '1.1'

/** Why a request is refused wherever it leads: RFC 9112, section 3.2, on hosts, and RFC 9110, section 10.1.1. */
export const refusalOfHead = (req: IncomingMessage): ProtocolFailure | undefined => {
  const { httpVersion, rawHeaders, headers } = req
  const hosts = fieldCount(rawHeaders, 'host')
  if (hosts > 1 || (hosts === 0 && httpVersion >= '1.1')) return ONE_HOST
  if (headers.host !== undefined && !HOST.test(headers.host)) return NO_HOST
  if (expectsContinue(req) && !CONTINUE.test(headers.expect ?? '')) return { kind: 'ExpectationFailed' }
  return undefined
}
