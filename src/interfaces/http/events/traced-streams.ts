import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Reply } from '../endpoint/reply.ts'
import { endTrace } from '../server/request-traces.ts'
import type { EventStreams } from './event-streams.ts'

const endingTrace = (reply: Reply): Reply => {
  const { stream } = reply
  if (!stream) return reply
  return {
    ...reply,
    stream: (res) => {
      endTrace(res)
      stream(res)
    },
  }
}

/** The same streams. The trace of a request for one ends when it is opened. */
export const tracedStreams = (streams: EventStreams): EventStreams => ({
  ...streams,
  begin: (beginning, caller) => pipe(streams.begin(beginning, caller), TE.map(endingTrace)),
})
