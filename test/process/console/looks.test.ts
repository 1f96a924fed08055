import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { createClient } from '../../../src/client/index.ts'
import { memoryStorage, served } from '../../served.ts'
import { aBrowser, beginAs, openChat } from './desk.ts'

/** The rules of WCAG 2.2, A and AA, and what axe thinks good besides. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[]
}

const WIDE = { width: 1400, height: 800 }
const NARROW = { width: 320, height: 640 }

describe('The console, looked at', function () {
  this.timeout(120_000)
  const { aWindow, hold } = aBrowser()

  const withChat = async () => {
    const { url } = hold(await served(memoryStorage()), ({ stop }) => stop())
    const client = createClient({ baseUrl: url })
    const { id } = await client.as('bob').createChat({
      title: 'A release party whose name is longer than any screen of a telephone is wide',
      members: [{ user_id: 'alice', role: 'owner' }],
    })
    await client.as('bob').sendMessage(id, { text: 'unbroken'.repeat(60) })
    await client.as('alice').sendMessage(id, { text: 'An answer', reply_to: 1 })
    await client.as('bob').addReaction(id, 1, '🎉')
    return url
  }

  const violations = async (page: Page) => {
    const found = await page.evaluate<readonly Violation[]>(`axe.run().then(({ violations }) => violations)`)
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`),
    )
  }

  /** What is wider than its place, so that somebody has to scroll sideways. */
  const tooWide = (page: Page) =>
    page.evaluate<readonly string[]>(`[...document.querySelectorAll('*')]
      .filter((one) => one.scrollWidth > one.clientWidth && /auto|scroll/.test(getComputedStyle(one).overflowX))
      .concat(document.documentElement.scrollWidth > innerWidth ? [document.documentElement] : [])
      .map((one) => one.tagName + '.' + one.className)`)

  /** Everything that there is to look at, one after the other, as it is shown there. */
  const places = async (page: Page, look: (what: string) => Promise<void>) => {
    await page.getByLabel('User id').waitFor()
    await look('who to act as')
    await beginAs(page, 'alice')
    await page.locator('nav .title').waitFor()
    await look('the chats')
    await page.getByRole('button', { name: 'Open a chat' }).click()
    await page.getByRole('dialog').waitFor()
    await look('opening a chat')
    await page.keyboard.press('Escape')
    await openChat(page, 'A release party whose name is longer than any screen of a telephone is wide')
    await page.locator('[data-id="1"]').focus()
    await page.locator('[data-id="1"]').getByRole('button', { name: 'React' }).click()
    await look('a chat')
    await page.getByRole('button', { name: 'Members' }).click()
    await page.getByLabel('Role of bob').waitFor()
    await look('its members')
    await page.getByRole('complementary', { name: 'Members' }).getByRole('button', { name: 'Close' }).click()
    const isNarrow = page.viewportSize()?.width === NARROW.width
    if (isNarrow) {
      await page.getByRole('link', { name: 'Back to the chats' }).click()
      await page.getByRole('button', { name: 'Requests' }).click()
    }
    await page.locator('.requests summary').first().click()
    await look('the requests')
  }

  for (const viewport of [WIDE, NARROW])
    for (const colorScheme of ['light', 'dark'] as const)
      it(`leaves nobody out: ${viewport.width} pixels wide, ${colorScheme}`, async () => {
        const { page, complaints } = await aWindow(await withChat(), { viewport, colorScheme, bypassCSP: true })
        await page.evaluate(AXE)
        await places(page, async (what) => {
          expect(await violations(page), what).to.deep.equal([])
          expect(await tooWide(page), what).to.deep.equal([])
        })
        expect(complaints).to.deep.equal([])
      })

  it('shows chats and one chat in turn where there is no room for both', async () => {
    const { page } = await aWindow(await withChat(), { viewport: NARROW, hasTouch: true })
    await beginAs(page, 'alice')
    const [chats, chat] = [page.locator('nav'), page.locator('section')]
    await openChat(page, 'A release party whose name is longer than any screen of a telephone is wide')
    await chat.waitFor()
    expect(await chats.isVisible()).to.equal(false)
    await page.getByRole('link', { name: 'Back to the chats' }).click()
    await chats.waitFor()
    expect(await chat.count()).to.equal(0)
    await page.goBack()
    await chat.waitFor()
  })
})
