/** A moment of the history: moments are counted, one by one. */
type Moment = number

/** What a client wanted, over as many attempts as a careful one makes, and what became of it. */
export interface Deed {
  readonly act: 'create' | 'remove' | 'rename' | 'send' | 'edit' | 'delete'
  readonly by: string
  /** 0 for a chat that is still to be created. */
  readonly chat: number
  /** The message that is to be edited or deleted. */
  readonly message?: number
  /**
   * The text or the title. It begins with a word that is unique to what was sent or created; every later text of the same
   * message keeps it and adds, after `~`, what is unique to the edit.
   */
  readonly text?: string
  readonly key?: string | undefined
  /** The revision that the message or chat had to be at. */
  readonly ifMatch?: number | undefined
  readonly began: Moment
  readonly ended: Moment
  /** Unknown: some attempt was answered with nothing or 503, and no later one said what became of it. */
  readonly outcome: 'done' | 'refused' | 'unknown'
  /** The last status; undefined when nothing was answered. */
  readonly status?: number | undefined
  /** What was answered to one that was done. */
  readonly answered?: {
    readonly chat?: number
    readonly message?: number
    readonly text?: string
    readonly revision?: number | undefined
  }
  /** Whether it was done before, and asked again with the same key. */
  readonly isRepeated?: boolean
}

/** What a follower was told: a message (without a text when it was deleted), a title, the end of a chat. */
export interface Told {
  readonly kind: 'message' | 'chat' | 'removed' | 'restored'
  readonly chat: number
  readonly revision?: number | undefined
  readonly message?: number | undefined
  readonly text?: string | undefined
}

export interface Follower {
  readonly name: string
  /** The chats that it follows, each with the revision after which it does. */
  readonly places: ReadonlyMap<number, number>
  readonly told: readonly Told[]
}

export interface Entry {
  readonly message: number
  readonly text: string
}

/** A page of messages in ascending order, and the revision at which it shows them. */
export interface Page {
  readonly by: string
  readonly chat: number
  readonly revision: number
  readonly began: Moment
  /** Numbers of messages, both exclusive, between which the page shows everything. */
  readonly above: number
  readonly below: number
  readonly entries: readonly Entry[]
}

export interface Counted {
  readonly operation: string
  readonly status: number
  /** Whether no fault was on, from before it was asked until it was answered. */
  readonly isCalm: boolean
  readonly count: number
}

/** A chat as a table or a server has it in the end. */
export interface Chat {
  readonly id: number
  readonly title: string
  readonly revision: number
  readonly lastMessage: number
  /** Those that were not deleted. */
  readonly messages: readonly Entry[]
}

/** A chat as the tables have it. */
export interface StoredChat extends Chat {
  /** Revision of the last change of the title; 0 when there was none. */
  readonly renamedAt: number
  /** Every message's last revision, of those that were deleted too. */
  readonly revisions: ReadonlyMap<number, number>
}

/** All that is known once all is quiet. */
export interface History {
  readonly deeds: readonly Deed[]
  readonly followers: readonly Follower[]
  readonly pages: readonly Page[]
  readonly answers: readonly Counted[]
  readonly stored: readonly StoredChat[]
  readonly servers: readonly (readonly Chat[])[]
}

export interface Violation {
  readonly rule: string
  readonly what: string
}

/** The part of a text that is unique to what was sent. */
export const wordOf = (text: string): string => text.split('~')[0] ?? ''
