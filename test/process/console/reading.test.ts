import * as E from 'fp-ts/lib/Either.js'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { createClient } from '../../../src/client/index.ts'
import { ANYBODY } from '../../../src/domain/caller.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { acting } from '../../acting.ts'
import { memoryStorage, served } from '../../served.ts'
import { until } from '../../until.ts'
import { aBrowser, beginAs, field, messageSaying, openChat, write } from './desk.ts'

const MANY = 10_000

/** More than the page keeps, days between them included. */
const MOST_ITEMS = 160

describe('The console, read', function () {
  this.timeout(120_000)
  const { aWindow, hold } = aBrowser()

  const aService = async (storage = memoryStorage()) => hold(await served(storage), ({ stop }) => stop())

  /** A service with a chat of so many messages, each as long as another is not. */
  const withMany = async (many: number) => {
    const storage = memoryStorage()
    const messenger = await aService(storage)
    const client = createClient({ baseUrl: messenger.url })
    const { id } = await client.as('alice').createChat({ title: 'Long', members: [{ user_id: 'bob', role: 'member' }] })
    const { send } = acting(storage.chats)
    for (let n = 1; n <= many; n++) {
      const sent = await send(ANYBODY, id as ChatId, `number ${n} ${'and so on '.repeat(n % 17)}`)
      if (E.isLeft(sent)) throw new Error(sent.left.kind)
    }
    return { ...messenger, client, id }
  }

  const firstShown = (page: Page) =>
    page.evaluate<{ id: number; top: number; count: number }>(`(() => {
      const scroller = document.querySelector('.messages')
      const { top } = scroller.getBoundingClientRect()
      const items = [...scroller.querySelectorAll('[data-id]')]
      const first = items.find((item) => item.getBoundingClientRect().bottom > top)
      return { id: Number(first.dataset.id), top: first.getBoundingClientRect().top - top, count: scroller.querySelectorAll('li').length }
    })()`)

  const topOf = (page: Page, id: number) =>
    page.evaluate<number>(`(() => {
      const top = (selector) => document.querySelector(selector).getBoundingClientRect().top
      return top('[data-id="${id}"]') - top('.messages')
    })()`)

  const scrollBy = (page: Page, pixels: number) =>
    page.evaluate(`document.querySelector('.messages').scrollBy(0, ${pixels})`)

  it(`scrolls through ${MANY} messages, of which it keeps a few, and nothing jumps when more are read`, async () => {
    const { url, client, id } = await withMany(MANY)
    const { page, complaints } = await aWindow(url)
    await beginAs(page, 'alice')
    await openChat(page, 'Long')
    await page.locator(`[data-id="${MANY}"]`).waitFor()

    let seen = await firstShown(page)
    for (let read = 0; read < 30; read++) {
      const asked = page.waitForResponse((answer) => answer.url().includes('before='))
      await scrollBy(page, -100_000)
      const before = await firstShown(page)
      await asked
      await until(async () => (await page.locator(`[data-id="${before.id - 1}"]`).count()) === 1)
      expect(Math.round((await topOf(page, before.id)) - before.top), 'how far it moved').to.equal(0)
      seen = await firstShown(page)
      expect(seen.count).to.be.at.most(MOST_ITEMS)
    }
    expect(seen.id).to.be.below(MANY - 1400)

    await client.sendMessage(id, { text: 'the newest' })
    const newest = page.getByRole('button', { name: 'To the newest messages' })
    expect(await messageSaying(page, 'the newest').count()).to.equal(0)
    for (const down of [1, 2, 3]) {
      const asked = page.waitForResponse((answer) => answer.url().includes('order=asc'))
      await scrollBy(page, 100_000)
      await asked
      expect((await firstShown(page)).count, `down, ${down}`).to.be.at.most(MOST_ITEMS)
    }
    await newest.click()
    await messageSaying(page, 'the newest').waitFor()
    await until(async () => (await client.getReadMarker(id, 'alice')).unread === 0)
    expect(complaints).to.deep.equal([])
  })

  it('marks as read what is seen at the end, and nothing while somebody reads further up', async () => {
    const { url, client, id } = await withMany(120)
    const { page } = await aWindow(url)
    await beginAs(page, 'bob')
    await openChat(page, 'Long')
    await until(async () => (await client.getReadMarker(id, 'bob')).unread === 0)
    await scrollBy(page, -600)
    await page.getByRole('button', { name: 'To the newest messages' }).waitFor()
    await client.sendMessage(id, { text: 'not seen yet' })
    await page.locator('nav').getByText('1 unread message').waitFor({ state: 'attached' })
    expect((await client.getReadMarker(id, 'bob')).unread).to.equal(1)
    await scrollBy(page, 100_000)
    await until(async () => (await client.getReadMarker(id, 'bob')).unread === 0)
  })

  it('is used with the keyboard alone: a chat is opened, a message sent, edited and reacted to', async () => {
    const { url } = await aService()
    const client = createClient({ baseUrl: url })
    const { page, complaints } = await aWindow(url)
    await page.getByLabel('User id').waitFor()
    await page.keyboard.type('alice')
    await page.keyboard.press('Enter')
    await page.getByText('No chats yet').waitFor()

    const focused = () => page.evaluate<string>(`document.activeElement.innerText || document.activeElement.name || ''`)
    const tabTo = async (name: string) => {
      for (let tabs = 0; tabs < 30 && (await focused()) !== name; tabs++) await page.keyboard.press('Tab')
      expect(await focused()).to.equal(name)
    }
    await tabTo('Open a chat')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type('Release party')
    await page.keyboard.press('Enter')
    await until(() =>
      field(page)
        .evaluate(
          (one) =>
            one === (one as unknown as { ownerDocument: { activeElement: unknown } }).ownerDocument.activeElement,
        )
        .catch(() => false),
    )
    await page.keyboard.type('first')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('and second line')
    await page.keyboard.press('Enter')
    await messageSaying(page, 'first and second line').waitFor()
    await write(page, 'another')
    await page.locator('[data-id="2"]').waitFor()

    await page.keyboard.press('Shift+Tab')
    while (!(await page.evaluate<boolean>(`document.activeElement.dataset.id === '2'`)))
      await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('ArrowUp')
    await tabTo('React')
    await page.keyboard.press('Enter')
    await tabTo('👍')
    await page.keyboard.press('Enter')
    await page.locator('[data-id="1"]').getByRole('button', { name: '👍 1' }).waitFor()
    await page.locator('[data-id="1"]').focus()
    await tabTo('Edit')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('mended')
    await page.keyboard.press('Enter')
    await messageSaying(page, 'mended').waitFor()
    expect((await client.listMessages(1)).entries.at(-1)).to.deep.include({ text: 'mended', author: 'alice' })
    expect(complaints).to.deep.equal([])
  })

  it('speaks Russian to who does, plurals as well', async () => {
    const { url } = await aService()
    const client = createClient({ baseUrl: url })
    const { id } = await client.as('bob').createChat({ title: 'Чат', members: [{ user_id: 'alice', role: 'member' }] })
    const { page } = await aWindow(url, { locale: 'ru-RU' })
    await beginAs(page, 'alice')
    for (const text of ['раз', 'два', 'три']) await client.as('bob').sendMessage(id, { text })
    await page.getByText('3 непрочитанных сообщения').waitFor({ state: 'attached' })
    for (const text of ['четыре', 'пять']) await client.as('bob').sendMessage(id, { text })
    await page.getByText('5 непрочитанных сообщений').waitFor({ state: 'attached' })
    await openChat(page, 'Чат')
    await page.getByRole('button', { name: 'Участники' }).waitFor()
    expect(await page.evaluate<string>('document.documentElement.lang')).to.equal('ru')
  })
})
