export { ChatIdCodec, ChatIdsCodec, ChatPositionCodec, ChatTitleCodec, MAX_FOLLOWED, RevisionCodec } from './chats.ts'
export { only, onlySome, optional } from './codec.ts'
export { MessageIdCodec, MessagePositionCodec, MessageTextCodec } from './messages.ts'
export { OrderCodec, PAGE_LIMIT, PageLimitCodec } from './pages.ts'
