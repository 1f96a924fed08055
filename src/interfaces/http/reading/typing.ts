import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { SendTyping } from '../../../application/reading/send-typing.ts'
import { ChatIdCodec, only } from '../codecs/codecs.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { noContent } from '../endpoint/reply.ts'

export const SendTypingRequest = t.type({ path: only({ chat_id: ChatIdCodec }) })

export const typingEndpoints = (contract: Contract, sendTyping: SendTyping) => ({
  sendTyping: endpoint(contract.operation('sendTyping'), SendTypingRequest, ({ path }, caller) =>
    pipe(
      sendTyping(caller, { chatId: path.chat_id }),
      TE.map(() => noContent),
    ),
  ),
})
