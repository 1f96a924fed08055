import { ContainerModule } from 'inversify'
import { addReaction } from '../application/reactions/add-reaction.ts'
import { listOwnReactions } from '../application/reactions/list-own-reactions.ts'
import { listReactors } from '../application/reactions/list-reactors.ts'
import { removeReaction } from '../application/reactions/remove-reaction.ts'
import { reactionEndpoints } from '../interfaces/http/reactions/reactions.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { chats, clock, contract, reactions, roomEndpoints } = names

export const reactionsModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, roomEndpoints, { contract, chats, reactions, clock }, ({ contract, chats, reactions, clock }) =>
    reactionEndpoints(contract, {
      addReaction: addReaction(chats, clock),
      removeReaction: removeReaction(chats, clock),
      listReactors: listReactors(reactions),
      listOwnReactions: listOwnReactions(reactions),
    }),
  )
})
