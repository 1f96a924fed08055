/**
 * All that a send promises, in one statement and so in one round trip: the chat's row is locked, the message takes its
 * next number, and both are committed together.
 */
export const postMessage = (chatId: string, text: string): string =>
  `with chat as (
     update chats set last_message_id = last_message_id + 1, revision = revision + 1, updated_at = now()
     where id = ${chatId}
     returning id, last_message_id, revision, updated_at
   )
   insert into messages (chat_id, id, text, created_at, revision)
   select id, last_message_id, ${text}, updated_at, revision from chat
   returning id, created_at`.replaceAll(/\s+/g, ' ')

export const lastMessages = (chatId: string, limit: number): string =>
  `select id, chat_id, text, created_at, edited_at from messages
   where chat_id = ${chatId} and deleted_at is null
   order by id desc limit ${limit}`.replaceAll(/\s+/g, ' ')
