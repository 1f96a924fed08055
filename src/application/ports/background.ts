/** The kinds of work that go on where nobody waits for an answer. */
export const BACKGROUND_WORK = [
  'read',
  'look',
  'notify',
  'listen',
  'signal',
  'stream',
  'inbox',
  'keys',
  'database',
  'log',
  'other',
] as const

/**
 * - `read`: what is new in a followed chat; `look`: which followed chats have something new;
 * - `notify`: rings to the other servers; `signal`: signals to them, which are lost; `listen`: both from them;
 * - `stream`: what a stream sends; `inbox`: what is new in the inboxes that are followed;
 * - `keys`: the set of keys that tokens are signed with, which keys of services are good still, and when they were used;
 * - `database`: the life of a database server of ours;
 * - `log`: the writing of log lines; `other`: whatever was not thought of.
 */
export type BackgroundWork = (typeof BACKGROUND_WORK)[number]

/**
 * Is told of a failure in the background, which ended neither the process nor the work: that is tried again. Never throws.
 */
export type ReportFailure = (work: BackgroundWork, failure: unknown) => void

export const unreported: ReportFailure = () => {}
