import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { InboxEntry, InboxPage } from '../../../application/ports/inboxes.ts'
import type { GetInbox } from '../../../application/reading/get-inbox.ts'
import type { GetReadMarker } from '../../../application/reading/get-read-marker.ts'
import type { GetUnread } from '../../../application/reading/get-unread.ts'
import type { MoveReadMarker } from '../../../application/reading/move-read-marker.ts'
import type { UserId } from '../../../domain/caller.ts'
import type { ChatId } from '../../../domain/identity.ts'
import {
  ChatIdCodec,
  ForwardCodec,
  InboxPlaceCodec,
  only,
  onlySome,
  optional,
  PAGE_LIMIT,
  PageLimitCodec,
  ReadMessageIdCodec,
  UserIdCodec,
} from '../codecs/codecs.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { Conditional } from '../endpoint/etags.ts'
import { nextLink } from '../endpoint/paging.ts'
import { tagged } from '../endpoint/tagged.ts'
import { momentWord } from './inbox-moment.ts'
import { inboxEntryView, readingView, unreadView } from './views.ts'

const Marker = only({ chat_id: ChatIdCodec, user_id: UserIdCodec })
const User = only({ user_id: UserIdCodec })

export const GetReadMarkerRequest = t.type({ headers: Conditional, path: Marker })
export const MoveReadMarkerRequest = t.type({
  path: Marker,
  body: only({ message_id: ReadMessageIdCodec, forward: optional(ForwardCodec) }),
})
export const GetInboxRequest = t.type({
  headers: Conditional,
  path: User,
  query: onlySome({ limit: PageLimitCodec, before: InboxPlaceCodec }),
})
export const GetUnreadRequest = t.type({ headers: Conditional, path: User })

const inboxPath = (userId: UserId) => `/users/${encodeURIComponent(userId)}/inbox/`

const placeOf = ({ chat: { activeAt, id } }: InboxEntry) => InboxPlaceCodec.encode({ activeAt, chatId: id })

const linksOf = (userId: UserId, { entries, more, moment }: InboxPage, limit: number | undefined) => {
  const monitor = `<${inboxPath(userId)}events?after=${momentWord(moment)}>; rel="monitor"`
  const last = entries.at(-1)
  if (!more || !last) return [monitor]
  return [nextLink(inboxPath(userId), limit, `before=${placeOf(last)}`), monitor]
}

export interface ReadingUseCases {
  readonly getReadMarker: GetReadMarker
  readonly moveReadMarker: MoveReadMarker
  readonly getInbox: GetInbox
  readonly getUnread: GetUnread
}

export const readingEndpoints = (
  contract: Contract,
  { getReadMarker, moveReadMarker, getInbox, getUnread }: ReadingUseCases,
) => ({
  getReadMarker: endpoint(contract.operation('getReadMarker'), GetReadMarkerRequest, ({ path }, caller) =>
    pipe(
      getReadMarker(caller, addressIn(path)),
      TE.map((reading) => tagged(readingView(reading))),
    ),
  ),

  moveReadMarker: endpoint(contract.operation('moveReadMarker'), MoveReadMarkerRequest, ({ path, body }, caller) =>
    pipe(
      moveReadMarker(caller, { ...addressIn(path), messageId: body.message_id, forward: body.forward ?? false }),
      TE.map((reading) => tagged(readingView(reading))),
    ),
  ),

  getInbox: endpoint(contract.operation('getInbox'), GetInboxRequest, ({ path: { user_id: userId }, query }, caller) =>
    pipe(
      getInbox(caller, { userId, selection: { limit: query.limit ?? PAGE_LIMIT.DEFAULT, before: query.before } }),
      TE.map((page) => tagged(page.entries.map(inboxEntryView), linksOf(userId, page, query.limit))),
    ),
  ),

  getUnread: endpoint(contract.operation('getUnread'), GetUnreadRequest, ({ path }, caller) =>
    pipe(
      getUnread(caller, path.user_id),
      TE.map((total) => tagged(unreadView(total))),
    ),
  ),
})

const addressIn = ({ chat_id, user_id }: { readonly chat_id: ChatId; readonly user_id: UserId }) => ({
  chatId: chat_id,
  userId: user_id,
})
