import type { Step as MemberStep, Who } from '../contract/member-model.ts'
import type { ReadingChat } from './reading-chat.ts'

/**
 * A message that is named from the end of what the chat has by now: 0 is one that it does not have yet. Or, when it is to be
 * one's own, of what one sent and of what one reacted to, if there is any.
 */
interface Named {
  readonly who: Who
  readonly back: number
  readonly isOwn?: boolean
}

export type Opening = MemberStep & { kind: 'open' }
export type Step =
  | Opening
  | Extract<MemberStep, { kind: 'put' | 'remove' | 'show' | 'rename' | 'send' | 'close' }>
  | (Named & { readonly kind: 'reply'; readonly text: string })
  | (Named & { readonly kind: 'edit'; readonly text: string })
  | (Named & { readonly kind: 'erase' })
  | (Named & { readonly kind: 'tag'; readonly tag: number })
  | { readonly kind: 'tag chat'; readonly who: Who; readonly tag: number }
  | (Named & { readonly kind: 'react' | 'unreact'; readonly reaction: string })
  | (Named & { readonly kind: 'mark'; readonly user: string; readonly forward: boolean })

/** The number that a message is named by. At least 1. */
export const numberOf = ({ rules, more }: ReadingChat, named: Named & { readonly kind: string }): number => {
  const { kind, who, back, isOwn = false } = named
  const isMine = (index: number) =>
    kind === 'unreact'
      ? more[index]!.reactions.some(({ users }) => users.includes(who ?? ''))
      : rules.messages[index]!.author === who && rules.messages[index]!.text !== null
  const own = isOwn ? more.flatMap((_, index) => (isMine(index) ? [index + 1] : [])) : []
  return own.at(-1 - (back % own.length)) ?? Math.max(1, rules.messages.length + 1 - back)
}

/** How the message is reacted to: as the step says, or as was done before. */
export const reactionOf = (
  { more }: ReadingChat,
  number: number,
  asked: Step & { kind: 'react' | 'unreact' },
): string =>
  (asked.isOwn && more[number - 1]?.reactions.find(({ users }) => users.includes(asked.who ?? ''))?.reaction) ||
  asked.reaction

/** Up to where a marker is to be put. At least 0. */
export const placeOf = ({ rules }: ReadingChat, back: number): number => Math.max(0, rules.messages.length + 1 - back)
