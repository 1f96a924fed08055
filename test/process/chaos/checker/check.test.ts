import { expect } from 'chai'
import { check } from './check.ts'
import type { Chat, Deed, History, Page, StoredChat, Told } from './history.ts'

let moment = 0

const aDeed = (deed: Partial<Deed> & Pick<Deed, 'act'>): Deed => ({
  by: 'somebody',
  chat: 1,
  began: ++moment,
  ended: ++moment,
  outcome: 'done',
  ...deed,
})

const aSend = (text: string, message: number, revision: number, more: Partial<Deed> = {}) =>
  aDeed({ act: 'send', text, status: 201, answered: { chat: 1, message, text, revision }, ...more })
const anEdit = (text: string, message: number, revision: number, more: Partial<Deed> = {}) =>
  aDeed({
    act: 'edit',
    text,
    message,
    ifMatch: 1,
    status: 200,
    answered: { chat: 1, message, text, revision },
    ...more,
  })
const aDeletion = (message: number, more: Partial<Deed> = {}) =>
  aDeed({ act: 'delete', message, status: 204, answered: { chat: 1, message }, ...more })
const aRefusal = (deed: Partial<Deed> & Pick<Deed, 'act'>, status: number) =>
  aDeed({ ...deed, outcome: 'refused', status })

const told = (revision: number, message: number, text?: string): Told => ({
  kind: 'message',
  chat: 1,
  revision,
  message,
  text,
})
const renamed = (revision: number, text: string): Told => ({ kind: 'chat', chat: 1, revision, text })
const aFollower = (events: readonly Told[], place = 0) => ({
  name: 'a follower',
  places: new Map([[1, place]]),
  told: events,
})

/** Three messages are sent to a chat, the first is edited, the second deleted, the chat renamed; the last send is in doubt. */
const aStory = () => {
  const created = aDeed({
    act: 'create',
    chat: 0,
    text: 'party',
    status: 201,
    answered: { chat: 1, text: 'party', revision: 0 },
  })
  const [one, two] = [aSend('one', 1, 1, { key: 'k1' }), aSend('two', 2, 2)]
  const edited = anEdit('one~e', 1, 3)
  const deleted = aDeletion(2)
  const title = aDeed({
    act: 'rename',
    text: 'party~r',
    status: 200,
    answered: { chat: 1, text: 'party~r', revision: 5 },
  })
  const doubtful = aDeed({ act: 'send', text: 'three', outcome: 'unknown' })
  const page: Page = {
    by: 'a reader',
    chat: 1,
    revision: 3,
    began: edited.ended + 0.5,
    above: 0,
    below: Infinity,
    entries: [
      { message: 1, text: 'one~e' },
      { message: 2, text: 'two' },
    ],
  }
  const stored: StoredChat = {
    id: 1,
    title: 'party~r',
    revision: 6,
    lastMessage: 3,
    renamedAt: 5,
    messages: [
      { message: 1, text: 'one~e' },
      { message: 3, text: 'three' },
    ],
    revisions: new Map([
      [1, 3],
      [2, 4],
      [3, 6],
    ]),
  }
  const { id, revision, lastMessage, messages } = stored
  const server: Chat = { id, title: stored.title, revision, lastMessage, messages }
  const events = [
    told(1, 1, 'one'),
    told(2, 2, 'two'),
    told(3, 1, 'one~e'),
    told(4, 2),
    renamed(5, 'party~r'),
    told(6, 3, 'three'),
  ]
  const history: History = {
    deeds: [created, one, two, edited, deleted, title, doubtful],
    followers: [aFollower(events)],
    pages: [page],
    answers: [{ operation: 'sendMessage', status: 201, isCalm: true, count: 3 }],
    stored: [stored],
    servers: [[server], [server]],
  }
  return { history, one, two, edited, deleted, doubtful, page, stored, server, events }
}

type Story = ReturnType<typeof aStory>

const rulesBrokenBy = (history: History) => [...new Set(check(history).map(({ rule }) => rule))]

/** The story, with something changed. */
const checked = (change: (story: Story) => Partial<History>) => {
  const story = aStory()
  return rulesBrokenBy({ ...story.history, ...change(story) })
}

describe('The checker of histories', () => {
  const misinformed = 'a follower was misinformed'
  const followed = (change: (events: Story['events']) => readonly Told[]) =>
    checked(({ events }) => ({ followers: [aFollower(change(events))] }))
  const stored = (change: (stored: StoredChat) => StoredChat) =>
    checked((story) => {
      const chat = change(story.stored)
      const { id, title, revision, lastMessage, messages } = chat
      const server = { id, title, revision, lastMessage, messages }
      return { stored: [chat], servers: [[server], [server]] }
    })
  const paged = (change: (page: Page) => Page) => checked(({ page }) => ({ pages: [change(page)] }))
  const did = (...more: readonly Deed[]) => checked(({ history }) => ({ deeds: [...history.deeds, ...more] }))

  it('finds nothing in what kept every promise', () => {
    expect(checked(() => ({}))).to.deep.equal([])
  })

  it('lets followers be told only the last state, and begin anywhere', () => {
    expect(followed((events) => events.filter(({ revision = 0 }) => revision >= 3))).to.deep.equal([])
    expect(checked(({ events }) => ({ followers: [aFollower(events.slice(3), 3)] }))).to.deep.equal([])
  })

  it('lets a send in doubt be there or not, and one with a key be answered again', () => {
    expect(did(aDeed({ act: 'send', text: 'four', outcome: 'unknown' }))).to.deep.equal([])
    expect(did(aSend('one', 1, 1, { key: 'k1', isRepeated: true }))).to.deep.equal([])
  })

  describe('finds, of what was sent,', () => {
    it('a message that was acknowledged and is not there', () => {
      expect(did(aSend('four', 4, 7))).to.include('lost what was acknowledged')
    })

    it('a message that is another in the end', () => {
      const other = [{ message: 1, text: 'two~e' }]
      expect(stored((chat) => ({ ...chat, messages: [...other, ...chat.messages.slice(1)] }))).to.include(
        'lost what was acknowledged',
      )
    })

    it('a message that is there twice, by what was acknowledged, told, paged and stored', () => {
      const twice = 'did twice what was sent once'
      expect(did(aSend('one', 4, 7, { key: 'k1' }))).to.include(twice)
      expect(followed((events) => [...events, told(7, 4, 'one')])).to.include(twice)
      expect(paged((page) => ({ ...page, entries: [...page.entries, { message: 5, text: 'one' }] }))).to.include(twice)
      expect(stored((chat) => ({ ...chat, messages: [...chat.messages, { message: 4, text: 'one~e' }] }))).to.include(
        twice,
      )
    })

    it('a message that a key made in two chats', () => {
      expect(
        did(aSend('one', 1, 1, { chat: 2, answered: { chat: 2, message: 1, text: 'one', revision: 1 } })),
      ).to.include('did twice what was sent once')
    })

    it('a copy that was deleted before anybody saw it', () => {
      const more = (chat: StoredChat) => ({
        ...chat,
        lastMessage: 4,
        revision: 8,
        revisions: new Map([...chat.revisions, [4, 8]]),
      })
      expect(stored(more)).to.include('numbers with a gap')
    })

    it('a number that is not there, and a count that is wrong', () => {
      const without = (chat: StoredChat) => ({
        ...chat,
        revisions: new Map([...chat.revisions].filter(([id]) => id !== 2)),
      })
      expect(stored(without)).to.include('numbers with a gap')
      expect(stored((chat) => ({ ...chat, lastMessage: 2 }))).to.include('numbers with a gap')
    })

    it('a revision that two rows bear, or that is beyond the chat', () => {
      expect(stored((chat) => ({ ...chat, renamedAt: 4 }))).to.include('numbers with a gap')
      expect(stored((chat) => ({ ...chat, revision: 5 }))).to.include('numbers with a gap')
    })

    it('a number before that of what was acknowledged earlier', () => {
      const rule = 'out of the order of acknowledgement'
      const [earlier, later] = [aSend('a', 2, 2), aSend('b', 1, 1)]
      expect(rulesBrokenBy({ ...aStory().history, deeds: [earlier, later] })).to.include(rule)
      const [low, high] = [aSend('a', 2, 1), aSend('b', 1, 2)]
      expect(rulesBrokenBy({ ...aStory().history, deeds: [low, high] })).to.include(rule)
    })

    it('what was refused, in the tables, in pages and in events', () => {
      const refused = (change: Partial<History>) => ({ deeds: [aRefusal({ act: 'send', text: 'no' }, 404)], ...change })
      const rule = 'made up what nobody sent, or was refused'
      const broken = (change: (story: Story) => Partial<History>) =>
        checked((story) => {
          const { deeds, ...rest } = refused(change(story))
          return { deeds: [...story.history.deeds, ...deeds], ...rest }
        })
      expect(broken(({ events }) => ({ followers: [aFollower([...events, told(7, 4, 'no')])] }))).to.include(rule)
      expect(broken(({ page }) => ({ pages: [{ ...page, entries: [{ message: 9, text: 'no' }] }] }))).to.include(rule)
      const row = { messages: [{ message: 9, text: 'no' }], revisions: new Map([[9, 9]]) }
      expect(broken(({ stored }) => ({ stored: [{ ...stored, ...row }] }))).to.include(rule)
    })

    it('what nobody sent', () => {
      const rule = 'made up what nobody sent, or was refused'
      expect(followed((events) => [...events, told(7, 4, 'boo')])).to.include(rule)
    })

    it('an answer with another text, of another chat, about another message', () => {
      const rule = 'an answer to something else'
      for (const answered of [
        { chat: 1, message: 1, text: 'two' },
        { chat: 2, message: 1, text: 'one~f' },
        { chat: 1, message: 2, text: 'one~f' },
      ])
        expect(did(anEdit('one~f', 1, 7, { answered }))).to.include(rule)
    })

    it('a chat that was created and is gone, that was removed and is there, or was never to be removed', () => {
      const rule = 'lost what was acknowledged'
      expect(did(aDeed({ act: 'create', chat: 0, text: 'new', answered: { chat: 2, text: 'new' } }))).to.include(rule)
      expect(did(aDeed({ act: 'remove' }))).to.include(rule)
      expect(checked(() => ({ stored: [], servers: [[], []] }))).to.include(rule)
    })
  })

  describe('finds, of what was changed,', () => {
    const undone = 'undid what was acknowledged'

    it('an edit that is undone, a deletion and a title', () => {
      expect(did(anEdit('one~f', 1, 4.5))).to.include(undone)
      expect(did(aDeletion(1))).to.include(undone)
      expect(
        did(aDeed({ act: 'rename', text: 'party~s', answered: { chat: 1, text: 'party~s', revision: 6 } })),
      ).to.include(undone)
    })

    it('one revision that made two things, by an answer and an event, or an event and the tables', () => {
      const rule = 'one revision, two changes'
      expect(did(anEdit('one~f', 1, 3))).to.include(rule)
      expect(followed((events) => [...events.slice(0, 5), told(6, 3, 'one')])).to.include(rule)
    })

    it('an edit and a deletion that were made although their tag was not right any more', () => {
      const rule = 'did what If-Match forbade'
      const later = (ifMatch: number) =>
        checked(({ history, edited, deleted }) => ({
          deeds: history.deeds.map((deed) => (deed === edited || deed === deleted ? { ...deed, ifMatch } : deed)),
        }))
      expect(later(0)).to.deep.equal([rule])
      expect(did(anEdit('one~f', 1, 7, { ifMatch: 1 }))).to.include(rule)
      expect(did(anEdit('one~f', 1, 7, { ifMatch: 3 }))).not.to.include(rule)
      const deletion = aDeletion(2, { ifMatch: 1 })
      expect(did(deletion)).to.include(rule)
      expect(did({ ...deletion, ifMatch: 2 })).to.deep.equal([])
    })

    it('a refusal for a tag that is right, and for a message or chat that is there', () => {
      const rule = 'a refusal without a reason'
      expect(did(aRefusal({ act: 'edit', message: 1, ifMatch: 3, text: 'one~f' }, 412))).to.include(rule)
      expect(did(aRefusal({ act: 'delete', message: 1, ifMatch: 2 }, 404))).to.include(rule)
      expect(did(aRefusal({ act: 'send', text: 'four' }, 404))).to.include(rule)
      expect(did(aRefusal({ act: 'edit', message: 1, ifMatch: 2, text: 'one~f' }, 412))).to.deep.equal([])
      expect(did(aRefusal({ act: 'delete', message: 2, ifMatch: 2 }, 404))).to.deep.equal([])
    })
  })

  describe('finds, of followers,', () => {
    it('one that misses the last state of a message, a deletion, a title', () => {
      for (const missing of [3, 4, 5, 6])
        expect(followed((events) => events.filter(({ revision }) => revision !== missing))).to.deep.equal([misinformed])
    })

    it('one that is told twice, out of order, or of what was before its place', () => {
      expect(followed((events) => [...events, told(6, 3, 'three')])).to.deep.equal([misinformed])
      expect(followed(([one, two, ...rest]) => [two!, one!, ...rest])).to.deep.equal([misinformed])
      expect(checked(({ events }) => ({ followers: [aFollower(events, 1)] }))).to.deep.equal([misinformed])
    })

    it('one that is told of a chat that it does not follow', () => {
      expect(checked(({ events }) => ({ followers: [{ name: 'x', places: new Map(), told: events }] }))).to.deep.equal([
        misinformed,
      ])
    })

    it('one that is told of a deleted message again', () => {
      expect(followed((events) => [...events.slice(0, 4), told(4.5, 2, 'two'), ...events.slice(4)])).to.include(
        misinformed,
      )
    })

    it('one that is told of an end that is none, that a backup was restored, or of something after the end', () => {
      expect(followed((events) => [...events, { kind: 'removed', chat: 1 }])).to.deep.equal([misinformed])
      expect(followed((events) => [...events, { kind: 'restored', chat: 1 }])).to.deep.equal([misinformed])
      const gone = ({ history }: Story) => ({
        deeds: [...history.deeds, aDeed({ act: 'remove' })],
        stored: [],
        servers: [[], []],
      })
      const ended = (events: readonly Told[]) =>
        checked((story) => ({ ...gone(story), followers: [aFollower(events)], pages: [] }))
      expect(ended([{ kind: 'removed', chat: 1 }])).to.deep.equal([])
      expect(ended([])).to.deep.equal([misinformed])
      expect(ended([{ kind: 'removed', chat: 1 }, told(1, 1, 'one')])).to.deep.equal([misinformed])
      expect(
        ended([
          { kind: 'removed', chat: 1 },
          { kind: 'removed', chat: 1 },
        ]),
      ).to.deep.equal([misinformed])
    })
  })

  describe('finds, of pages,', () => {
    const unlike = 'a page unlike its revision'

    it('one that does not know what was acknowledged before it was asked for', () => {
      expect(
        paged((page) => ({
          ...page,
          revision: 2,
          entries: page.entries.map((entry) => ({ ...entry, text: entry.text.slice(0, 3) })),
        })),
      ).to.deep.equal(['a page from the past'])
    })

    it('one that shows a text from before or after its revision', () => {
      expect(
        paged((page) => ({ ...page, entries: [{ message: 1, text: 'one' }, ...page.entries.slice(1)] })),
      ).to.deep.equal([unlike])
      expect(paged((page) => ({ ...page, entries: [...page.entries, { message: 3, text: 'three' }] }))).to.deep.equal([
        unlike,
      ])
    })

    it('one that shows what was deleted, or lacks what is there', () => {
      expect(paged((page) => ({ ...page, revision: 5 }))).to.deep.equal([unlike])
      expect(paged((page) => ({ ...page, entries: page.entries.slice(1) }))).to.deep.equal([unlike])
      expect(paged((page) => ({ ...page, entries: page.entries.slice(0, 1) }))).to.deep.equal([unlike])
      expect(paged((page) => ({ ...page, revision: 5, entries: page.entries.slice(0, 1) }))).to.deep.equal([])
    })

    it('one that shows something twice, out of order, or out of its bounds', () => {
      expect(paged((page) => ({ ...page, entries: page.entries.toReversed() }))).to.deep.equal([unlike])
      expect(paged((page) => ({ ...page, above: 1 }))).to.deep.equal([unlike])
      expect(paged((page) => ({ ...page, above: 1, entries: page.entries.slice(1) }))).to.deep.equal([])
    })
  })

  describe('finds, of answers,', () => {
    const answered = (operation: string, status: number, isCalm = false) =>
      checked(() => ({ answers: [{ operation, status, isCalm, count: 1 }] }))

    it('every status that the operation cannot have, 500 among them', () => {
      for (const status of [400, 412, 422, 500, 502])
        expect(answered('sendMessage', status)).to.deep.equal(['an impossible answer'])
      expect(answered('followChat', 422)).to.deep.equal(['an impossible answer'])
      expect(answered('nothing', 200)).to.deep.equal(['an impossible answer'])
    })

    it('503 and no answer at all, while no fault is on', () => {
      for (const status of [0, 503]) {
        expect(answered('sendMessage', status, true)).to.deep.equal(['an impossible answer'])
        expect(answered('sendMessage', status)).to.deep.equal([])
      }
    })
  })

  describe('finds, once all is quiet,', () => {
    const differ = 'servers and tables differ'

    it('a server that shows a chat otherwise than the tables, or lacks it, or has one more', () => {
      const shown = (change: (server: Chat) => readonly Chat[]) =>
        checked(({ server }) => ({ servers: [[server], change(server)] }))
      expect(shown(() => [])).to.deep.equal([differ])
      expect(shown((server) => [server, { ...server, id: 2 }])).to.include(differ)
      expect(shown((server) => [{ ...server, revision: 5 }])).to.deep.equal([differ])
      expect(shown((server) => [{ ...server, title: 'party' }])).to.deep.equal([differ])
      expect(shown((server) => [{ ...server, lastMessage: 2 }])).to.deep.equal([differ])
      expect(shown((server) => [{ ...server, messages: server.messages.slice(1) }])).to.deep.equal([differ])
    })
  })
})
