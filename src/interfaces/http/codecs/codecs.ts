export { ChatIdCodec, ChatIdsCodec, ChatPositionCodec, ChatTitleCodec, MAX_FOLLOWED, RevisionCodec } from './chats.ts'
export { only, onlySome, optional, someOf } from './codec.ts'
export { AppointmentsCodec, PublicCodec, RoleCodec, UserIdCodec, VisibilityCodec } from './members.ts'
export { KeyChatsCodec, KeyExpiryCodec, KeyIdCodec, KeyNameCodec, KeyPositionCodec, KeyScopesCodec } from './keys.ts'
export { MessageIdCodec, MessagePositionCodec, MessageTextCodec } from './messages.ts'
export {
  ChatCursorCodec,
  KeyCursorCodec,
  LAST_PLACE,
  MessageCursorCodec,
  OrderCodec,
  PAGE_LIMIT,
  type PageCursor,
  PageLimitCodec,
} from './pages.ts'
export { ForwardCodec, InboxPlaceCodec, ReadMessageIdCodec } from './reading.ts'
