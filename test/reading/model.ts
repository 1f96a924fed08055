import { later } from '../fixtures.ts'
import { presentIn, standing, taken, type Who } from '../contract/member-model.ts'
import type { More, ReadingChat, Tagged } from './reading-chat.ts'
import { numberOf, type Opening, placeOf, reactionOf, type Step } from './step.ts'

export const DONE = 'done'

const REACTS = ['owner', 'moderator', 'member', 'stranger']
const SENDS = [...REACTS, 'service']

const textAt = ({ rules }: ReadingChat, number: number) => rules.messages[number - 1]?.text ?? undefined

const react = (chat: ReadingChat, asked: Step & { kind: 'react' | 'unreact' }): string => {
  const [{ who }, isThere] = [asked, asked.kind === 'react']
  const number = numberOf(chat, asked)
  const reaction = reactionOf(chat, number, asked)
  const stands = standing(chat.rules, who)
  if (stands === undefined) return 'ChatNotFound'
  if (textAt(chat, number) === undefined) return 'MessageNotFound'
  if (!REACTS.includes(stands)) return 'Forbidden'
  const more = chat.more[number - 1] as More
  const users = more.reactions.find((one) => one.reaction === reaction)?.users ?? []
  const hasReacted = users.includes(who as string)
  if (isThere && hasReacted) return DONE
  if (!isThere && !hasReacted) return 'ReactionNotFound'
  const left = isThere ? [...users, who as string] : users.filter((user) => user !== who)
  const isKnown = users.length > 0
  more.reactions = [...more.reactions, ...(isKnown ? [] : [{ reaction, users: [] }])].flatMap((one) => {
    if (one.reaction !== reaction) return [one]
    return left.length > 0 ? [{ reaction, users: left }] : []
  })
  chat.rules.revision += 1
  return DONE
}

const mark = (chat: ReadingChat, { who, user, back, forward }: Step & { kind: 'mark' }): string => {
  if (standing(chat.rules, who) === undefined) return 'ChatNotFound'
  if (!presentIn(chat.rules).includes(user)) return 'MemberNotFound'
  if (who !== null && who !== user) return 'Forbidden'
  const to = placeOf(chat, back)
  if (to > chat.rules.messages.length) return 'MarkerAhead'
  chat.markers.set(user, forward ? Math.max(to, chat.markers.get(user) ?? 0) : to)
  return DONE
}

const send = (chat: ReadingChat, who: Who, text: string, replyTo: number | null): string => {
  const stands = standing(chat.rules, who)
  const mayReply = replyTo === null || textAt(chat, replyTo) !== undefined
  if (!mayReply && stands !== undefined && SENDS.includes(stands)) return 'ReplyToNotFound'
  const answer = taken(chat.rules, { kind: 'send', who, text })
  if (typeof answer !== 'number') return answer
  chat.more.push({ replyTo, tag: 0, reactions: [] })
  if (who !== null && presentIn(chat.rules).includes(who)) chat.markers.set(who, chat.rules.messages.length)
  return DONE
}

/** Sets what may be set by whoever may change the rest. */
const tag = (chat: ReadingChat, tagged: Tagged | undefined, value: number, answer: number | string): string => {
  if (typeof answer !== 'number') return answer
  if (tagged && tagged.tag !== value) {
    tagged.tag = value
    chat.rules.revision += 1
  }
  return DONE
}

const step = (chat: ReadingChat, asked: Exclude<Step, Opening>): string => {
  const { rules, more } = chat
  switch (asked.kind) {
    case 'mark':
      return mark(chat, asked)
    case 'send':
      return send(chat, asked.who, asked.text, null)
    case 'reply':
      return send(chat, asked.who, asked.text, numberOf(chat, asked))
    case 'react':
    case 'unreact':
      return react(chat, asked)
    case 'tag chat':
      return tag(chat, chat, asked.tag, taken(rules, { kind: 'rename', who: asked.who, text: rules.title }))
    case 'tag': {
      const number = numberOf(chat, asked)
      const sameText = { kind: 'edit' as const, who: asked.who, number, text: textAt(chat, number) ?? '' }
      return tag(chat, more[number - 1], asked.tag, taken(rules, sameText))
    }
    default: {
      const before = presentIn(rules)
      const answer = taken(rules, 'back' in asked ? { ...asked, number: numberOf(chat, asked) } : asked)
      const joined = presentIn(rules).filter((user) => !before.includes(user))
      // What was made of a message goes with it.
      for (const [index, { text }] of rules.messages.entries()) if (text === null) more[index]!.reactions = []
      for (const user of joined) chat.markers.set(user, rules.messages.length)
      return typeof answer === 'number' || answer === 'gone' ? DONE : answer
    }
  }
}

/** What a chat becomes by a step at a time, which may be before that of an earlier one, and how that is answered. */
export const read = (chat: ReadingChat, asked: Exclude<Step, Opening>, ticks: number): string => {
  const { revision, messages } = chat.rules
  const sent = messages.length
  const answer = step(chat, asked)
  if (chat.rules.revision > revision) chat.updatedAt = Math.max(chat.updatedAt, later(ticks * 1000).getTime())
  if (messages.length > sent) chat.activeAt = chat.updatedAt
  return answer
}
