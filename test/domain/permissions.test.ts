import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { type Caller, type UserId } from '../../src/domain/caller.ts'
import { type Chat, open, type Visibility } from '../../src/domain/chat/chat.ts'
import { change, close } from '../../src/domain/chat/chat-decisions.ts'
import { type FormerMember, type Membership, type Role, ROLES } from '../../src/domain/chat/member.ts'
import { appoint, dismiss } from '../../src/domain/chat/member-decisions.ts'
import { edit, erase, post } from '../../src/domain/chat/message-decisions.ts'
import { moveMarker, typing } from '../../src/domain/chat/reading.ts'
import type { Reaction } from '../../src/domain/chat/reaction.ts'
import { react, unreact } from '../../src/domain/chat/reaction-decisions.ts'
import type { Decision, Outcome, Scene } from '../../src/domain/chat/scene.ts'
import { decidedBy, sees } from '../../src/domain/chat/sight.ts'
import type { MessagePosition, Revision } from '../../src/domain/identity.ts'
import type { Metadata } from '../../src/domain/metadata.ts'
import { ANYBODY } from '../../src/domain/caller.ts'
import { aChatId, aMessageId, aNewChat, aText, aTitle, aUser, later, NOON, right } from '../fixtures.ts'

const ALICE = aUser('alice')
const BOB = aUser('bob')

type Column = Role | 'stranger, public' | 'stranger, private'
const COLUMNS: readonly Column[] = [...ROLES, 'stranger, public', 'stranger, private']

const memberAs = (userId: UserId, role: Role): Membership => ({
  chatId: aChatId(),
  userId,
  role,
  joinedAt: NOON,
  revision: 0 as Revision,
})

const chatFor = (visibility: Visibility): Chat => ({
  ...open(aNewChat())(aChatId()),
  visibility,
  lastMessageId: 1 as never,
  revision: 5 as Revision,
})

/** What alice finds in a chat where she stands in the column, and bob is a member with the role. */
const sceneOf = (column: Column, author: string | null, bob: Role = 'member'): Scene => {
  const chat = chatFor(column === 'stranger, public' ? 'public' : 'private')
  const posted = right(post(author === null ? ANYBODY : aUser(author), { text: aText() }, NOON)(bare(chat))).message
  const isStranger = column.startsWith('stranger')
  return {
    ...bare(chat),
    membership: isStranger ? undefined : memberAs(ALICE.id, column as Role),
    message: { ...posted, id: aMessageId(1) },
    target: memberAs(BOB.id, bob),
    others: { owner: true, member: true },
  }
}
const bare = (chat: Chat): Scene => ({
  chat,
  membership: memberAs('alice' as UserId, 'owner'),
  message: undefined,
  replied: undefined,
  reacted: false,
  target: undefined,
  others: { owner: true, member: true },
  done: undefined,
})

const answerTo = <Refused, A extends Outcome>(caller: Caller, decision: Decision<Refused, A>, scene: Scene) =>
  answerOf(decidedBy(caller, decision)(scene))

const answerOf = (decided: E.Either<unknown, unknown>): string => {
  if (E.isRight(decided)) return 'ok'
  const { kind } = decided.left as { kind: string }
  return { ChatNotFound: '404', Forbidden: '403', LastOwner: '409' }[kind] ?? kind
}

const messageId = aMessageId(1)
const HEART = '❤' as Reaction
const METADATA = { a: 1 } as unknown as Metadata
const at = later(1)

/** What is expected of each row, by what is asked. */
const expectedOf = new Map<string, readonly string[]>()

/** One row of the table: what is asked, and the answer in each column. */
const row = (what: string, ask: (column: Column) => string, answers: string) => {
  const expected = answers.split(' ')
  expectedOf.set(what, expected)
  it(what, () => {
    expect(Object.fromEntries(COLUMNS.map((column) => [column, ask(column)]))).to.deep.equal(
      Object.fromEntries(COLUMNS.map((column, index) => [column, expected[index]])),
    )
  })
}

describe('Who may do what in a chat', () => {
  const asked =
    <Refused, A extends Outcome>(decision: Decision<Refused, A>, author: string | null = 'alice', bob?: Role) =>
    (column: Column) =>
      answerTo(ALICE, decision, sceneOf(column, author, bob))

  const sight = (column: Column) => {
    const { chat, membership } = sceneOf(column, null)
    return sees(ALICE, chat, membership) ? 'ok' : '404'
  }
  row('read', sight, 'ok ok ok ok ok 404')
  row('send', asked(post(ALICE, { text: aText() }, at)), 'ok ok ok 403 ok 404')
  row('react', asked(react(ALICE, { messageId, reaction: HEART, at }), 'bob'), 'ok ok ok 403 ok 404')
  row(
    'unreact',
    (column) =>
      answerTo(ALICE, unreact(ALICE, { messageId, reaction: HEART, at }), { ...sceneOf(column, 'bob'), reacted: true }),
    'ok ok ok 403 ok 404',
  )
  row('edit its own', asked(edit(ALICE, { messageId, text: aText('x'), at })), 'ok ok ok 403 ok 404')
  row('delete its own', asked(erase(ALICE, { messageId, at })), 'ok ok ok 403 ok 404')
  for (const author of ['bob', null]) {
    row(
      `delete what ${author ?? 'a service'} wrote`,
      asked(erase(ALICE, { messageId, at }), author),
      'ok ok 403 403 403 404',
    )
    row(
      `edit what ${author ?? 'a service'} wrote`,
      asked(edit(ALICE, { messageId, text: aText('x'), at }), author),
      '403 403 403 403 403 404',
    )
  }
  row('set metadata', asked(change(ALICE, { metadata: METADATA, at })), 'ok ok 403 403 403 404')
  row(
    'set metadata of what bob wrote',
    asked(edit(ALICE, { messageId, metadata: METADATA, at }), 'bob'),
    '403 403 403 403 403 404',
  )
  row(
    'metadata and visibility at once, one of which is refused',
    asked(change(ALICE, { metadata: METADATA, visibility: 'public', at })),
    'ok 403 403 403 403 404',
  )
  row('rename', asked(change(ALICE, { title: aTitle('x'), at })), 'ok ok 403 403 403 404')
  row('set the visibility', asked(change(ALICE, { visibility: 'public', at })), 'ok 403 403 403 403 404')
  row(
    'both at once, one of which is refused',
    asked(change(ALICE, { title: aTitle('x'), visibility: 'public', at })),
    'ok 403 403 403 403 404',
  )
  row('delete the chat', asked(close(ALICE, undefined)), 'ok 403 403 403 403 404')

  const { id: userId } = BOB
  const MODERATED = { member: 'ok', reader: 'ok', moderator: '403', owner: '403' }
  for (const role of ROLES) {
    row(
      `add another as ${role}`,
      (column) =>
        answerTo(ALICE, appoint(ALICE, { userId, role, at }), { ...sceneOf(column, null), target: undefined }),
      `ok ${MODERATED[role]} 403 403 403 404`,
    )
    row(
      `remove another who is ${role}`,
      asked(dismiss(ALICE, { userId, at }), 'alice', role),
      `ok ${MODERATED[role]} 403 403 403 404`,
    )
    for (const before of ROLES)
      row(
        `make another ${role} who is ${before}`,
        asked(appoint(ALICE, { userId, role, at }), 'alice', before),
        `ok ${MODERATED[role] === 'ok' && MODERATED[before] === 'ok' ? 'ok' : '403'} 403 403 403 404`,
      )
  }

  const own = (decision: Decision<unknown, Outcome>) => (column: Column) => {
    const scene = sceneOf(column, null)
    return answerTo(ALICE, decision, { ...scene, target: scene.membership })
  }
  row('take the role of owner', own(appoint(ALICE, { userId: ALICE.id, role: 'owner', at })), 'ok 403 403 403 403 404')
  row(
    'take that of moderator',
    own(appoint(ALICE, { userId: ALICE.id, role: 'moderator', at })),
    'ok ok 403 403 403 404',
  )
  row(
    'take that of member, or join',
    own(appoint(ALICE, { userId: ALICE.id, role: 'member', at })),
    'ok ok ok 403 ok 404',
  )
  row('take that of reader', own(appoint(ALICE, { userId: ALICE.id, role: 'reader', at })), 'ok ok ok ok 403 404')
  row('leave', own(dismiss(ALICE, { userId: ALICE.id, at })), 'ok ok ok ok MemberNotFound 404')

  row(
    'type',
    (column) => {
      const { chat, membership } = sceneOf(column, null)
      return answerOf(typing(ALICE, chat, membership))
    },
    'ok ok ok 403 ok 404',
  )
  const moving = (userId: UserId, target: (scene: Scene) => Membership | undefined) => (column: Column) => {
    const scene = sceneOf(column, null)
    const messageId = 1 as MessagePosition
    const marked = { chat: scene.chat, membership: scene.membership, readMessageId: 0 as MessagePosition }
    return answerOf(moveMarker(ALICE, { userId, messageId, forward: true })({ ...marked, target: target(scene) }))
  }
  row(
    'say what it has read',
    moving(ALICE.id, ({ membership }) => membership),
    'ok ok ok ok MemberNotFound 404',
  )
  row(
    'say what somebody else has read',
    moving(BOB.id, ({ target }) => target),
    '403 403 403 403 403 404',
  )

  it('a service, everything but to react, whoever owns the chat', () => {
    const scene = { ...sceneOf('stranger, private', 'bob'), others: { owner: false, member: true } }
    const decisions: readonly Decision<unknown, Outcome>[] = [
      post(ANYBODY, { text: aText() }, at),
      edit(ANYBODY, { messageId, text: aText('x'), at }),
      erase(ANYBODY, { messageId, at }),
      change(ANYBODY, { title: aTitle('x'), visibility: 'public', metadata: METADATA, at }),
      edit(ANYBODY, { messageId, metadata: METADATA, at }),
      appoint(ANYBODY, { userId, role: 'owner', at }),
      dismiss(ANYBODY, { userId, at }),
      close(ANYBODY, undefined),
    ]
    for (const decision of decisions) expect(answerTo(ANYBODY, decision, scene)).to.equal('ok')
    const owned = { ...scene, target: memberAs(BOB.id, 'owner') }
    expect(answerTo(ANYBODY, dismiss(ANYBODY, { userId, at }), owned)).to.equal('ok')
  })

  it('a service reacts for nobody', () => {
    const scene = sceneOf('stranger, public', 'bob')
    expect(answerTo(ANYBODY, react(ANYBODY, { messageId, reaction: HEART, at }), scene)).to.equal('403')
    const reacted = { ...scene, reacted: true }
    expect(answerTo(ANYBODY, unreact(ANYBODY, { messageId, reaction: HEART, at }), reacted)).to.equal('403')
  })
})

describe('The last owner of a chat', () => {
  const scene = (others: Scene['others']): Scene => {
    const found = sceneOf('owner', null)
    return { ...found, target: found.membership, others }
  }
  const leave = dismiss(ALICE, { userId: ALICE.id, at })
  const stepDown = appoint(ALICE, { userId: ALICE.id, role: 'member', at })

  it('stays owner while others are there', () => {
    for (const decision of [leave, stepDown])
      expect(answerTo(ALICE, decision as Decision<unknown, Outcome>, scene({ owner: false, member: true }))).to.equal(
        '409',
      )
  })

  it('may go when there is another, or nobody else', () => {
    for (const others of [
      { owner: true, member: true },
      { owner: false, member: false },
    ])
      for (const decision of [leave, stepDown])
        expect(answerTo(ALICE, decision as Decision<unknown, Outcome>, scene(others))).to.equal('ok')
  })
})

describe('Who is no member any more', () => {
  const gone = (role: Role, removedBy: UserId | null): FormerMember => ({
    ...memberAs(ALICE.id, role),
    removedAt: NOON,
    removedBy,
  })
  const asks: Readonly<Record<string, Decision<unknown, Outcome>>> = {
    send: post(ALICE, { text: aText() }, at),
    'join as member': appoint(ALICE, { userId: ALICE.id, role: 'member', at }),
    'come back as reader': appoint(ALICE, { userId: ALICE.id, role: 'reader', at }),
  }
  const answers = (visibility: Visibility, membership: FormerMember) =>
    Object.values(asks).map((ask) =>
      answerTo(ALICE, ask, { ...bare(chatFor(visibility)), membership, target: membership }),
    )

  it('is a stranger to a private chat, however it went', () => {
    for (const removedBy of [ALICE.id, BOB.id, null])
      expect(answers('private', gone('member', removedBy))).to.deep.equal(['404', '404', '404'])
  })

  it('is kept out of a public one by whoever else removed it', () => {
    for (const removedBy of [BOB.id, null])
      expect(answers('public', gone('member', removedBy))).to.deep.equal(['404', '404', '404'])
  })

  it('is a stranger to a public one that it left, but for a reader, who is held to that', () => {
    for (const role of ['owner', 'moderator', 'member'] as const)
      expect(answers('public', gone(role, ALICE.id))).to.deep.equal(['ok', 'ok', '403'])
    expect(answers('public', gone('reader', ALICE.id))).to.deep.equal(['403', '403', 'ok'])
  })
})

/** A cell that says for which roles: whether it says so of a row's. */
const WORDS: Readonly<Record<string, (column: Column, what: string) => boolean>> = {
  'members and readers': (_column, what) => !/owner|moderator/.test(what),
  'same or lower': (column, what) => ROLES.indexOf(column as Role) <= ROLES.findIndex((role) => what.includes(role)),
  same: (column, what) => what.includes(column),
  'join as member': (_column, what) => what.includes('member'),
}

/** By the first cell of a line of the README: which rows it stands for. */
const LINES: Readonly<Record<string, RegExp>> = {
  'read, follow, list members': /^read$/,
  "send, react, type, edit and delete one's own": /^send$|^(?:un)?react$|^type$|its own$/,
  'delete messages of others, change title and metadata': /^delete what|^rename$|^set metadata$/,
  'edit messages of others': /^edit what|^set metadata of what/,
  'change the visibility, delete the chat': /^set the visibility$|^delete the chat$/,
  'add others, change their role, remove them': /another/,
  "change one's own role": /^take/,
  leave: /^leave$/,
  'say what oneself has read': /^say what it has read$/,
}

describe('The table of the README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const lines = readme.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))

  for (const [first, rows] of Object.entries(LINES))
    it(`says who may ${first}`, () => {
      const cells = lines.find((cells) => cells[1] === first)?.slice(2, -1) ?? []
      const asked = [...expectedOf].filter(([what]) => rows.test(what))
      expect(asked).to.have.length.above(0)
      for (const [what, expected] of asked) {
        const said = COLUMNS.map((column, index) => {
          const cell = cells[index] ?? ''
          const isSaid = WORDS[cell]
          if (isSaid) return isSaid(column, what) ? 'ok' : '403'
          return cell === 'yes' ? 'ok' : cell
        })
        const answers = expected.map((answer) => (answer === 'MemberNotFound' ? '404' : answer))
        expect(said, what).to.deep.equal(answers)
      }
    })
})
