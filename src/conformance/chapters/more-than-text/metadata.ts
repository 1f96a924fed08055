import type { Chat, ChatWithMessages, Message, Metadata, Problem } from '../../../client/schemas.ts'
import { expectSame } from '../../expectations.ts'
import { limits } from '../../limits.ts'
import { aUser, expectProblem, lastNumber } from '../../service.ts'
import type { Chapter } from '../../suite.ts'

/** As JSON of exactly that many bytes, some of them in characters of four. */
const ofBytes = (bytes: number): Metadata => ({ a: `😀${'x'.repeat(bytes - JSON.stringify({ a: '😀' }).length - 2)}` })

const ofLevels = (levels: number): Metadata =>
  JSON.parse(`${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`) as Metadata

/** What is refused, and by which rule. */
const wrong: readonly (readonly [what: string, json: string, code: string])[] = [
  ['a text', '"x"', 'wrong_type'],
  ['a list', '[]', 'wrong_type'],
  ['null', 'null', 'wrong_type'],
  [`${limits.metadata + 1} bytes`, JSON.stringify(ofBytes(limits.metadata + 1)), 'too_long'],
  [`${limits.metadataLevels + 1} levels`, JSON.stringify(ofLevels(limits.metadataLevels + 1)), 'too_deep'],
  ['U+0000', '{"a":"\\u0000"}', 'malformed'],
  ['U+0000 in a name', '{"\\u0000":1}', 'malformed'],
  ['half a character', '{"a":["\\ud83d"]}', 'malformed'],
  ['a number beyond all', '{"a":1e999}', 'out_of_range'],
]

export const metadata: Chapter = (service, it) => {
  const send = (chat: string, attached: Metadata) =>
    service.post<Message>(`${chat}/messages/`, { text: 'hello', metadata: attached })

  it('gives metadata back as it was sent: every JSON, fields in their order', async () => {
    const chat = await service.aChat()
    const sent = '{"b":[1,-0.5,1e+21,true,null,{}],"a":{"__proto__":{"x":"é\\né"},"":""},"Ä":"👩‍👩‍👧 \u007f"}'
    const answered = await send(chat, JSON.parse(sent) as Metadata)
    for (const { json } of [answered, await service.get<Message>(`${chat}/messages/1`)])
      expectSame('of a message', JSON.stringify(json.metadata), JSON.stringify(JSON.parse(sent)))
    const opened = await service.post<Chat>('/chats/', { title: 'x', metadata: JSON.parse(sent) as Metadata })
    const found = await service.get<ChatWithMessages>(`/chats/${opened.json.id}`)
    for (const { json } of [opened, found])
      expectSame('of a chat', JSON.stringify(json.metadata), JSON.stringify(JSON.parse(sent)))
  })

  it(`takes ${limits.metadata} bytes of compact JSON, however it is written, and ${limits.metadataLevels} levels`, async () => {
    const chat = await service.aChat()
    for (const most of [ofBytes(limits.metadata), ofLevels(limits.metadataLevels)]) {
      const { status, json } = await send(chat, most)
      expectSame('status and metadata', [status, json.metadata], [201, most])
    }
    const spaced = JSON.stringify({ text: 'x', metadata: ofBytes(limits.metadata) }, null, 9)
    const headers = { 'content-type': 'application/json' }
    const { status } = await service.request('POST', `${chat}/messages/`, { headers, body: spaced })
    expectSame('with white space', status, 201)
  })

  it('answers 422 to metadata that breaks a rule, and changes nothing', async () => {
    const chat = await service.aChat(1)
    const before = await service.get(chat)
    for (const [what, json, code] of wrong)
      for (const [method, target, rest] of [
        ['POST', '/chats/', '"title":"x",'],
        ['PATCH', chat, '"title":"x",'],
        ['POST', `${chat}/messages/`, '"text":"x",'],
        ['PATCH', `${chat}/messages/1`, '"text":"x",'],
      ] as const) {
        const headers = { 'content-type': 'application/json' }
        const refused = await service.request(method, target, { headers, body: `{${rest}"metadata":${json}}` })
        expectProblem(refused, 422, 'validation-failed', `${method} ${target} with ${what}`)
        const { errors = [] }: Problem = refused.json
        expectSame(
          `what is wrong with ${what}`,
          errors.map((error) => ['pointer' in error && error.pointer, error.code]),
          [['#/metadata', code]],
        )
      }
    expectSame('the chat', (await service.get(chat)).text, before.text)
  })

  it('replaces the metadata of a message as a whole, with or without its text; edited_at is the text’s alone', async () => {
    const alice = aUser('alice')
    const chat = await service.aChat(0, { visibility: 'public' })
    const author = service.as(alice)
    await author.post(`${chat}/messages/`, { text: 'hello', metadata: { a: 1, b: 2 } })
    const change = (body: object) => author.patch<Message>(`${chat}/messages/1`, body)
    const { json: attached } = await change({ metadata: { c: 3 } })
    expectSame('metadata alone', [attached.text, attached.metadata, attached.edited_at], ['hello', { c: 3 }, null])
    const { json: edited } = await change({ text: 'better' })
    expectSame('text alone', [edited.text, edited.metadata], ['better', { c: 3 }])
    const { json: both } = await change({ text: 'best', metadata: {} })
    expectSame('both', [both.text, both.metadata], ['best', {}])
    expectProblem(await change({}), 422, 'validation-failed', 'neither')
  })

  it('changes nothing for the metadata that is there, and tells followers of any other', async () => {
    const chat = await service.aChat(0, { metadata: { a: 1, b: { c: 2, d: 3 } } })
    await send(chat, { a: 1, b: { c: 2, d: 3 } })
    const stream = await service.follow(`${chat}/events`)
    try {
      for (const target of [chat, `${chat}/messages/1`]) {
        const before = await service.get<Message>(target)
        const same = await service.patch<Message>(target, { metadata: { b: { d: 3, c: 2 }, a: 1 } })
        expectSame('ETag', same.headers.get('etag'), before.headers.get('etag'))
        const other = await service.patch<Message>(target, { metadata: { a: 2 } })
        const { event, data } = await stream.event()
        expectSame('the event', [event, data], [target === chat ? 'chat' : 'message', other.json])
      }
    } finally {
      stream.close()
    }
    expectSame('messages sent', await lastNumber(service, chat), 1)
  })
}
