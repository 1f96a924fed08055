import { type Scope, SCOPES } from '../../../domain/caller.ts'
import { ChatId, KeyId, KeyPosition } from '../../../domain/identity.ts'
import { KeyChats, KeyName, KeyScopes } from '../../../domain/keys/api-key.ts'
import { codec } from './codec.ts'
import { instant, listOf, number, oneOf, orNull, text, wholeNumber } from './rules.ts'

export const KeyIdCodec = codec('KeyId', wholeNumber(KeyId.parse), String)
export const KeyPositionCodec = codec('KeyPosition', wholeNumber(KeyPosition.parse), String)
export const KeyNameCodec = codec('KeyName', text(KeyName.parse), String)
export const KeyScopesCodec = codec('KeyScopes', listOf(oneOf<Scope>(...SCOPES), KeyScopes.parse), Array.from<Scope>)
export const KeyChatsCodec = codec('KeyChats', orNull(listOf(number(ChatId.parse), KeyChats.parse)), (ids) => ids)
export const KeyExpiryCodec = codec('KeyExpiry', orNull(instant), (at) => at && at.toISOString())
