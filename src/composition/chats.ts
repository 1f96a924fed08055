import { ContainerModule } from 'inversify'
import { createChat } from '../application/chats/create-chat.ts'
import { deleteChat } from '../application/chats/delete-chat.ts'
import { listChats } from '../application/chats/list-chats.ts'
import { updateChat } from '../application/chats/update-chat.ts'
import { listMessages } from '../application/messages/list-messages.ts'
import { chatEndpoints } from '../interfaces/http/chats/chats.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { chats, clock, contract, roomEndpoints } = names

export const chatsModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, roomEndpoints, { contract, chats, clock }, ({ contract, chats, clock }) =>
    chatEndpoints(contract, {
      createChat: createChat(chats, clock),
      listChats: listChats(chats),
      listMessages: listMessages(chats),
      updateChat: updateChat(chats, clock),
      deleteChat: deleteChat(chats),
    }),
  )
})
