import { ContainerModule } from 'inversify'
import { deleteMessage } from '../application/messages/delete-message.ts'
import { editMessage } from '../application/messages/edit-message.ts'
import { getMessage } from '../application/messages/get-message.ts'
import { listMessages } from '../application/messages/list-messages.ts'
import { sendMessage } from '../application/messages/send-message.ts'
import { messageEndpoints } from '../interfaces/http/chats/messages.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { chats, clock, contract, roomEndpoints } = names

export const messagesModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, roomEndpoints, { contract, chats, clock }, ({ contract, chats, clock }) =>
    messageEndpoints(contract, {
      sendMessage: sendMessage(chats, clock),
      listMessages: listMessages(chats),
      getMessage: getMessage(chats),
      editMessage: editMessage(chats, clock),
      deleteMessage: deleteMessage(chats, clock),
    }),
  )
})
