import type { Chat, CreateChat, Member, Message, Role, SendMessage } from '../client/schemas.ts'

/** Which chat is meant: one of the seed's own, by its place from 0, which is the first when it is left out; or one that is there. */
type Where = { readonly chat?: number; readonly chat_id?: never } | { readonly chat_id: number; readonly chat?: never }

/** A user who is to belong to a chat, and how far it has read once all messages are sent: nothing but its own, when left out. */
export type SeedMember = Where & {
  readonly user_id: string
  readonly role?: Role
  readonly read_message_id?: number
}

/** A message of a user who may send it there, or of a service, which may everywhere. */
export type SeedMessage = Where & SendMessage & { readonly author?: string }

/** What a messenger is to be filled with: up to 10 000 of each. */
export interface Seed {
  readonly chats?: readonly CreateChat[]
  readonly members?: readonly SeedMember[]
  readonly messages?: readonly SeedMessage[]
}

type EachAs<Made, Asked> = Asked extends readonly unknown[] ? { readonly [Index in keyof Asked]: Made } : readonly []

/** What was made, each in the place of what was asked for, and as it is once everything was made. */
export interface Seeded<Asked extends Seed> {
  readonly chats: EachAs<Chat, Asked['chats']>
  readonly members: EachAs<Member, Asked['members']>
  readonly messages: EachAs<Message, Asked['messages']>
}

/**
 * Makes chats, then members, then messages, in their order and at the time of the clock. Chats are opened by a service; `members`
 * are `member`s unless a role is said, and join before anything is sent. What may be asked over HTTP may be here, by the same rules
 * and with authentication as without; faults do not concern it. Rejects at the first that breaks a rule, as with
 * `messages[3]: #/text must contain more than white space`; what came before that one stays.
 */
export type PlantSeed = <const Asked extends Seed>(seed: Asked) => Promise<Seeded<Asked>>
