import { expect } from 'chai'
import { type ChatEvent, type InboxEvent, isProblem, UnexpectedAnswer } from '../../src/client/index.ts'
import { AHEAD, type Answer, encode, opening, refusal, streamOf, toldOver } from './stream-answers.ts'

const block = (event: string, data: object, id?: string) =>
  encode(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
const entry = (chatId: number, id: string) => block('entry', { chat: { id: chatId }, unread: 1 }, id)

/** Ends what would go on for ever. */
const END = () => refusal(403)

describe('Following an inbox, on the wire', () => {
  const following = (...answers: readonly Answer[]) =>
    toldOver<InboxEvent>([...answers, END()], (client) => client.followInbox('bob', { after: 'AQ' }))
  const wordOf = (event: InboxEvent) => {
    if (event.type === 'entry') return event.entry.chat.id
    return event.type === 'chats' ? event.chat_ids : event.type
  }

  it('tells each kind of event, with the place to resume after it', async () => {
    const { told } = await following(
      streamOf(
        opening('AQ'),
        block('chats', { chat_ids: [6, 7] }, 'AR'),
        entry(7, 'AS'),
        block('entry_removed', { chat_id: 6 }, 'AT'),
      ),
    )
    expect(told).to.deep.equal([
      { type: 'chats', chat_ids: [6, 7], position: 'AR' },
      { type: 'entry', entry: { chat: { id: 7 }, unread: 1 }, position: 'AS' },
      { type: 'entry_removed', chat_id: 6, position: 'AT' },
    ])
  })

  it('comes back by itself, from where it was, however a connection ended', async () => {
    const { told, places } = await following(
      streamOf(opening('AQ')),
      streamOf(opening('AQ'), entry(1, 'AR')),
      new TypeError('no network'),
      refusal(503),
      refusal(429),
      refusal(500),
      streamOf(opening('AR'), block('chats', { chat_ids: [] }, 'AS')),
    )
    expect(places).to.deep.equal([null, 'AQ', 'AR', 'AR', 'AR', 'AR', 'AR', 'AS'])
    expect(told.map(wordOf)).to.deep.equal([1, []])
  })

  it('passes over what it does not know, and keeps its place when an event names none', async () => {
    const { told, places } = await following(
      streamOf(opening('AQ'), block('weather', { chat_id: 1 }), block('entry_removed', { chat_id: 1 })),
    )
    expect([told.map(wordOf), places]).to.deep.equal([['entry_removed'], [null, 'AQ']])
  })

  it('begins anew when the service is not as far as it was', async () => {
    const { told, places } = await following(
      streamOf(opening('AQ'), entry(1, 'AR')),
      refusal(422, {}, AHEAD),
      streamOf(opening('AP'), block('chats', { chat_ids: [2] }, 'AP'), entry(2, 'AP')),
    )
    expect(places).to.deep.equal([null, 'AR', '0', 'AP'])
    expect(told.map(wordOf)).to.deep.equal([1, [2], 2])
  })

  it('throws what is refused for good, at the beginning or later: an inbox does not go away by itself', async () => {
    const gone = new Response('<h1>Gone</h1>', { status: 410, headers: { 'content-type': 'text/html' } })
    for (const refused of [refusal(401), refusal(403), refusal(404, {}, { type: '/problems/not-found' }), gone])
      for (const before of [[], [streamOf(opening('AQ'))]]) {
        const { error, told } = await following(...before, refused.clone())
        expect(isProblem(error) ? error.problem.status : (error as UnexpectedAnswer).status).to.equal(refused.status)
        expect(told).to.deep.equal([])
      }
  })
})

describe('Following a chat, on the wire', () => {
  it('tells who types and who has read, and resumes after what happened before', async () => {
    const { told, places } = await toldOver<ChatEvent>(
      [
        streamOf(
          opening('4'),
          block('typing', { chat_id: 1, user_id: 'bob' }),
          block('read', { chat_id: 1, user_id: 'bob', read_message_id: 4 }),
        ),
        streamOf(opening('4'), block('chat_deleted', { id: 1 }, '5')),
      ],
      (client) => client.follow(1),
    )
    expect(told).to.deep.equal([
      { type: 'typing', chat_id: 1, user_id: 'bob', position: undefined },
      { type: 'read', chat_id: 1, user_id: 'bob', read_message_id: 4, position: undefined },
      { type: 'chat_deleted', chat_id: 1, position: '5' },
    ])
    expect(places).to.deep.equal([null, '4'])
  })
})
