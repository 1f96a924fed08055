/**
 * How many messages stand after a marker and are not deleted. Numbers have no gaps, so all of them are a subtraction; those that
 * were deleted are a range of an index of them alone.
 */
export const unreadAfter = (marker: string, lastMessageId: string, chatId: string): string => `
  ${lastMessageId} - ${marker} - (
    select count(*) from messages t where t.chat_id = ${chatId} and t.id > ${marker} and t.deleted_at is not null
  )`
