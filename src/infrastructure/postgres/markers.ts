import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import type { Marked, MarkerAddress, Markers } from '../../application/ports/markers.ts'
import { type Caller, type UserId, userOf } from '../../domain/caller.ts'
import type { Membership } from '../../domain/chat/member.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { MarkerDecision, MarkerScene } from '../../domain/chat/reading.ts'
import { type ChatId, MessagePosition, type Revision } from '../../domain/identity.ts'
import { namesOf } from './database/columns.ts'
import { inTime } from './database/deadline.ts'
import { inTurn } from './database/in-turn.ts'
import { scalar } from './database/parameters.ts'
import { retry } from './database/retry.ts'
import { CHAT, CHAT_WIDTH, chatOf, MEMBERSHIP, membershipColumns, membershipOf } from './database/rows.ts'
import { type Session, statement } from './database/statement.ts'
import { viewedBy } from './reads/seen.ts'
import { unreadAfter } from './database/unread.ts'

const VIEWER_AT = CHAT_WIDTH
const TARGET_AT = VIEWER_AT + 1 + Object.keys(membershipColumns).length
const MARKER_AT = TARGET_AT + 1 + Object.keys(membershipColumns).length

const address = { chatId: scalar<ChatId>('bigint'), userId: scalar<UserId>('text') }

const membershipIn = (row: readonly unknown[], from: number): Membership | undefined =>
  row[from] === 't' ? membershipOf(row, from + 1) : undefined

interface Found extends MarkerScene {
  readonly unread: number
}

const findScene = statement(
  'marker',
  { ...address, viewer: scalar<UserId | null>('text') },
  ({ chatId, userId, viewer }, { orNobody }) => `
    select ${CHAT}, u.user_id is not null, ${MEMBERSHIP}, m.user_id is not null, ${namesOf(membershipColumns, 'm')},
      m.read_message_id, ${unreadAfter('m.read_message_id', 'c.last_message_id', chatId)}
    from chats c ${viewedBy(orNobody(viewer), chatId)}
    left join members m on m.chat_id = ${chatId} and m.user_id = ${userId}
    where c.id = ${chatId}`,
  (row): Found => ({
    chat: chatOf(row),
    membership: membershipIn(row, VIEWER_AT),
    target: membershipIn(row, TARGET_AT),
    readMessageId: (row[MARKER_AT] ?? MessagePosition.START) as MessagePosition,
    unread: row[MARKER_AT + 1] as number,
  }),
)

/** Only of the membership and from the place that were seen; no other lock is taken. Nothing is returned where they are not there. */
const moveMarker = statement(
  'move-marker',
  {
    ...address,
    revision: scalar<Revision>('bigint'),
    seen: scalar<MessagePosition>('bigint'),
    to: scalar<MessagePosition>('bigint'),
  },
  ({ chatId, userId, revision, seen, to }) => `
    update members u set read_message_id = ${to}, marked_at = now()
    where u.chat_id = ${chatId} and u.user_id = ${userId}
      and u.removed_at is null and u.revision = ${revision} and u.read_message_id = ${seen}
    returning ${unreadAfter(to, `(select c.last_message_id from chats c where c.id = ${chatId})`, chatId)}`,
  ([unread]) => unread as number,
)

/** How often one marker is looked at in turn that others move whenever it was looked at: another server, or its user who sends. */
const ATTEMPTS = 20

/** Milliseconds to wait, at most, before it is looked at once more. */
const JITTER_MS = 5

type Answer<Refused> = E.Either<Refused | ChatNotFound, Marked>

/** Looks, decides and moves what was looked at. Nothing when it was moved meanwhile. */
const decideOnce = async <Refused>(
  session: Session,
  caller: Caller,
  { chatId, userId }: MarkerAddress,
  decision: MarkerDecision<Refused>,
): Promise<Answer<Refused> | undefined> => {
  const [scene] = await findScene(session, { chatId, userId, viewer: userOf(caller) })
  if (!scene) return E.left({ kind: 'ChatNotFound', chatId })
  const decided = decision(scene)
  if (E.isLeft(decided)) return decided
  const { readMessageId: seen, target } = scene
  const to = decided.right
  if (to === seen || !target)
    return E.right({ reading: { chatId, userId, readMessageId: seen, unread: scene.unread }, moved: false })
  const [unread] = await moveMarker(session, { chatId, userId, revision: target.revision, seen, to })
  return unread === undefined
    ? undefined
    : E.right({ reading: { chatId, userId, readMessageId: to, unread }, moved: true })
}

/**
 * Keeps the markers of members in their rows. One that is moved by several at once is moved by one after another here, and by
 * whoever is first of several servers.
 */
export const postgresMarkers = (pool: Pool): Markers => {
  const turn = inTurn()
  return {
    decide: (caller, address, decision) => {
      const decide = () => decideOnce(pool, caller, address, decision)
      const decideInTurn = async () => {
        for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
          const answer = await decide()
          if (answer) return answer
          await delay(Math.random() * JITTER_MS)
        }
        throw new Error('the marker was moved again and again')
      }
      const { chatId, userId } = address
      return inTime(retry(async () => (await decide()) ?? turn(`${chatId} ${userId}`, decideInTurn)))
    },
  }
}
