import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { GetMember } from '../../../application/members/get-member.ts'
import type { ListMembers } from '../../../application/members/list-members.ts'
import type { PutMember } from '../../../application/members/put-member.ts'
import type { RemoveMember } from '../../../application/members/remove-member.ts'
import type { MemberPage } from '../../../application/ports/page.ts'
import type { UserId } from '../../../domain/caller.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { memberView } from '../chats/views.ts'
import { ChatIdCodec, only, onlySome, PAGE_LIMIT, PageLimitCodec, RoleCodec, UserIdCodec } from '../codecs/codecs.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { Conditional, tagOfContent } from '../endpoint/etags.ts'
import { monitorLink, nextLink } from '../endpoint/paging.ts'
import { json, noContent } from '../endpoint/reply.ts'
import { tagged } from '../endpoint/tagged.ts'

const Collection = only({ chat_id: ChatIdCodec })
const Item = only({ chat_id: ChatIdCodec, user_id: UserIdCodec })

export const ListMembersRequest = t.type({
  headers: Conditional,
  path: Collection,
  query: onlySome({ limit: PageLimitCodec, after: UserIdCodec }),
})
export const GetMemberRequest = t.type({ headers: Conditional, path: Item })
export const PutMemberRequest = t.type({ path: Item, body: only({ role: RoleCodec }) })
export const RemoveMemberRequest = t.type({ path: Item })

const membersPath = (chatId: ChatId) => `/chats/${chatId}/members/`

/** A membership has no revision that it shows: its tag is made of what it says. */
const tagOf = (body: unknown) => ({ ETag: tagOfContent(body) })

const linksOf = ({ chat, entries, more }: MemberPage, limit: number | undefined): readonly string[] => {
  const last = entries.at(-1)
  const next = more && last && nextLink(membersPath(chat.id), limit, `after=${encodeURIComponent(last.userId)}`)
  return next ? [next, monitorLink(chat)] : [monitorLink(chat)]
}

export interface MemberUseCases {
  readonly listMembers: ListMembers
  readonly getMember: GetMember
  readonly putMember: PutMember
  readonly removeMember: RemoveMember
}

export const memberEndpoints = (
  contract: Contract,
  { listMembers, getMember, putMember, removeMember }: MemberUseCases,
) => ({
  listMembers: endpoint(contract.operation('listMembers'), ListMembersRequest, ({ path, query }, caller) =>
    pipe(
      listMembers(caller, {
        chatId: path.chat_id,
        selection: { limit: query.limit ?? PAGE_LIMIT.DEFAULT, after: query.after },
      }),
      TE.map((page) => tagged(page.entries.map(memberView), linksOf(page, query.limit))),
    ),
  ),

  getMember: endpoint(contract.operation('getMember'), GetMemberRequest, ({ path }, caller) =>
    pipe(
      getMember(caller, addressIn(path)),
      TE.map((member) => tagged(memberView(member))),
    ),
  ),

  putMember: endpoint(contract.operation('putMember'), PutMemberRequest, ({ path, body }, caller) =>
    pipe(
      putMember(caller, { ...addressIn(path), role: body.role }),
      TE.map(({ member, isNew }) => json(isNew ? 201 : 200, memberView(member), tagOf(memberView(member)))),
    ),
  ),

  removeMember: endpoint(contract.operation('removeMember'), RemoveMemberRequest, ({ path }, caller) =>
    pipe(
      removeMember(caller, addressIn(path)),
      TE.map(() => noContent),
    ),
  ),
})

const addressIn = ({ chat_id, user_id }: { readonly chat_id: ChatId; readonly user_id: UserId }) => ({
  chatId: chat_id,
  userId: user_id,
})
