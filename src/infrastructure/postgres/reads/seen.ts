import type { Caller, UserId } from '../../../domain/caller.ts'
import type { Visibility } from '../../../domain/chat/chat.ts'
import type { Membership } from '../../../domain/chat/member.ts'
import { sees } from '../../../domain/chat/sight.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { typesOf } from '../database/columns.ts'
import { chatColumns, MEMBERSHIP, membershipColumns, membershipOf } from '../database/rows.ts'

/** Selects what says whether the viewer sees a chat `c`: its visibility, and what is known of the viewer in it. */
export const SIGHT = `c.visibility, ${MEMBERSHIP}`
export const SIGHT_TYPES = [chatColumns.visibility.type, ...typesOf(membershipColumns)]

/**
 * Where the viewer is a column, the chat's id must be one of the same table: of two tables PostgreSQL takes the chat alone for
 * the cheaper way into the index, and walks all members of the chat until it meets the viewer.
 */
export const viewedBy = (viewer: string, chatId = 'c.id', members = 'members'): string =>
  `left join ${members} u on u.chat_id = ${chatId} and u.user_id = ${viewer}`

/** The viewer's membership, from where `SIGHT` begins in the row; nothing where it was not selected. */
export const viewerIn = (row: readonly unknown[], from: number): Membership | undefined =>
  row[from + 1] === null || row[from + 1] === undefined ? undefined : membershipOf(row, from + 1)

/** Whether the caller sees the chat. A service does without what `SIGHT` selects. */
export const isSeen = (caller: Caller, id: ChatId, row: readonly unknown[], from: number): boolean =>
  sees(caller, { id, visibility: row[from] as Visibility }, viewerIn(row, from))

interface Viewed {
  /** Whose membership is to come along; nobody's, for a service. */
  readonly viewer: UserId | null
}

/**
 * Two statements that read the same, the second with what says whether each viewer sees the chat. Returns how to tell which of
 * them a batch needs: one that no user asks for looks at no membership.
 */
export const forViewers = <S>(
  make: (isViewed: boolean) => S,
): ((wanted: readonly Viewed[]) => S) & { readonly both: readonly S[] } => {
  const [plain, viewed] = [make(false), make(true)]
  const choose = (wanted: readonly Viewed[]) => (wanted.every(({ viewer }) => viewer === null) ? plain : viewed)
  return Object.assign(choose, { both: [plain, viewed] })
}

/** The first chat of those that are asked about, as all of them are in one shard. */
export const firstOf = ({ wanted }: { readonly wanted: readonly { readonly chatId: ChatId }[] }): ChatId =>
  wanted[0]?.chatId ?? (0 as ChatId)
