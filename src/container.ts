import 'reflect-metadata'
import { Container } from 'inversify'
import { callersModule } from './composition/callers.ts'
import { chatsModule } from './composition/chats.ts'
import { followingModule } from './composition/following.ts'
import { inboxFollowingModule } from './composition/inbox-following.ts'
import { membersModule } from './composition/members.ts'
import { keysModule } from './composition/keys.ts'
import { messagesModule } from './composition/messages.ts'
import { readingModule } from './composition/reading.ts'
import { serverModule } from './composition/server.ts'
import { serviceModule } from './composition/service.ts'
import { type Storage, storageModule } from './composition/storage.ts'
import { type Surroundings, surroundingsModule } from './composition/surroundings.ts'
import { typingModule } from './composition/typing.ts'

export { names } from './composition/names.ts'

/** Puts the service together, a module a room. What a name is bound to is made when it is first asked for. */
export const compose = (storage: Storage, surroundings: Surroundings): Container => {
  const container = new Container({ defaultScope: 'Singleton' })
  container.load(
    surroundingsModule(surroundings),
    storageModule(storage),
    callersModule,
    chatsModule,
    messagesModule,
    membersModule,
    readingModule,
    followingModule,
    inboxFollowingModule,
    typingModule,
    keysModule,
    serviceModule,
    serverModule,
  )
  return container
}
