import { ContainerModule } from 'inversify'
import { typingNowAndThen } from '../application/following/signals/typing-now-and-then.ts'
import { sendTyping } from '../application/reading/send-typing.ts'
import { typingEndpoints } from '../interfaces/http/reading/typing.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { contract, journal, roomEndpoints, signals } = names

export const typingModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, roomEndpoints, { contract, journal, signals }, ({ contract, journal, signals }) =>
    typingEndpoints(contract, sendTyping(journal, typingNowAndThen(signals))),
  )
})
