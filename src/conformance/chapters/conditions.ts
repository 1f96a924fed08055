import type { Message } from '../../client/schemas.ts'
import { expectMatch, expectSame } from '../expectations.ts'
import { expectProblem } from '../service.ts'
import type { Chapter } from '../suite.ts'

export const conditions: Chapter = (service, it) => {
  const tagOf = async (target: string) => (await service.get(target)).headers.get('etag') ?? ''
  const reading = (tag: string) => ({ 'if-none-match': tag })
  const changing = (tag: string) => ({ 'if-match': tag })

  it('gives everything that can be read a strong ETag', async () => {
    const chat = await service.aChat(1)
    for (const target of ['/chats/', chat, `${chat}/messages/`, `${chat}/messages/1`])
      expectMatch(`ETag of ${target}`, await tagOf(target), /^"[^"]+"$/)
  })

  it('answers 304 without a body to a reader that has what is there', async () => {
    const chat = await service.aChat(1)
    for (const target of [chat, `${chat}/messages/`, `${chat}/messages/1`]) {
      const tag = await tagOf(target)
      for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const answer = await service.get(target, reading(header))
        expectSame(`If-None-Match: ${header}`, [answer.status, answer.text, answer.headers.get('etag')], [304, '', tag])
      }
      expectSame('another tag', (await service.get(target, reading('"other"'))).status, 200)
    }
  })

  it('answers anew once something changed', async () => {
    const chat = await service.aChat(1)
    const targets = [chat, `${chat}/messages/`, `${chat}/messages/1`]
    const tags = await Promise.all(targets.map(tagOf))
    await service.patch(`${chat}/messages/1`, { text: 'edited' })
    for (const [index, target] of targets.entries())
      expectSame(`GET ${target}`, (await service.get(target, reading(tags[index] ?? ''))).status, 200)
  })

  it('changes what is at the tag that If-Match names', async () => {
    const chat = await service.aChat(1)
    const message = `${chat}/messages/1`
    const edited = await service.patch<Message>(message, { text: 'edited' }, changing(await tagOf(message)))
    expectSame('edit', [edited.status, edited.json.text], [200, 'edited'])
    const tag = edited.headers.get('etag') ?? ''
    expectSame('delete', (await service.delete(message, changing(`"other", ${tag}`))).status, 204)
    expectSame('rename', (await service.patch(chat, { title: 'x' }, changing(await tagOf(chat)))).status, 200)
    expectSame('delete the chat', (await service.delete(chat, changing('*'))).status, 204)
  })

  it('answers 412 to an If-Match that names something else, and changes nothing', async () => {
    const chat = await service.aChat(1)
    const message = `${chat}/messages/1`
    const [tag, chatTag] = [await tagOf(message), await tagOf(chat)]
    for (const stale of ['"99999"', `W/${tag}`, '"x"']) {
      const answers = [
        await service.patch(message, { text: 'x' }, changing(stale)),
        await service.delete(message, changing(stale)),
        await service.patch(chat, { title: 'x' }, changing(stale)),
        await service.delete(chat, changing(stale)),
      ]
      for (const answer of answers) expectProblem(answer, 412, 'precondition-failed', `If-Match: ${stale}`)
    }
    expectSame('tags', [await tagOf(message), await tagOf(chat)], [tag, chatTag])
  })

  it('lets one of those who change the same at once win', async () => {
    const message = `${await service.aChat(1)}/messages/1`
    const header = changing(await tagOf(message))
    const edits = Array.from({ length: 10 }, (_, n) => service.patch<Message>(message, { text: `edit ${n}` }, header))
    const won = (await Promise.all(edits)).filter(({ status }) => status === 200)
    expectSame('winners', won.length, 1)
    expectSame('what is kept', (await service.get<Message>(message)).json, won[0]?.json)
  })
}
