import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Browser, chromium, type Page } from 'playwright-core'
import ts from 'typescript'
import { createClient } from '../../src/client/index.ts'
import { aTokenOf, GUARDED } from '../credentials.ts'
import { goal } from '../goal.ts'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'
import { ARGS, findBrowser } from './chromium.ts'

/** Milliseconds for a badge to change that has to, on a machine that does much else. */
const LONGEST_MS = 45_000

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** What the README tells everybody to write: an `EventSource`, and no more. */
const badgeOfReadme = () => {
  const [, script] = /^## What have I not read\n.*?^```js\n(.*?)^```/ms.exec(read('README.md')) ?? []
  if (script === undefined) throw new Error('the README shows no badge')
  return `const token = new URLSearchParams(location.search).get('token')\n${script}`
}

/** The same with the client. */
const BADGE_OF_CLIENT = `
  import { createClient, foldInbox } from '/client/index.ts'
  const client = createClient({ token: new URLSearchParams(location.search).get('token') })
  let { entries, position } = await client.getInbox('bob')
  const show = () => {
    const unread = entries.reduce((sum, entry) => sum + entry.unread, 0)
    document.title = unread > 0 ? '(' + unread + ') Messages' : 'Messages'
  }
  show()
  for await (const event of client.followInbox('bob', { after: position })) {
    entries = foldInbox(entries, event)
    show()
  }`

const MODULES = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }

const pageWith = (script: string) => `<!doctype html><title>…</title><script type="module">${script}</script>`

describe('Badges in a browser', function () {
  this.timeout(180_000)
  let browser: Browser | undefined

  before(async function () {
    const executablePath = findBrowser()
    if (executablePath === undefined) {
      console.log('    no Chromium or Chrome on this machine: nobody looked at a badge')
      return this.skip()
    }
    browser = await chromium.launch({ executablePath, args: ARGS })
  })
  after(() => browser?.close())

  overEachStorage((storage) => {
    const hold = releasing()

    /** Another device of bob's: a page of the service's own origin with that script. */
    const aDevice = async (url: string, script: string) => {
      const context = hold(await (browser as Browser).newContext(), (one) => one.close())
      const page = await context.newPage()
      await page.route(`${url}/badge**`, (route) => route.fulfill({ contentType: 'text/html', body: pageWith(script) }))
      await page.route(`${url}/client/*.ts`, (route) => {
        const source = read(`src${new URL(route.request().url()).pathname}`)
        return route.fulfill({ contentType: 'text/javascript', body: ts.transpile(source, MODULES) })
      })
      await page.goto(`${url}/badge?token=${aTokenOf('bob')}`)
      return page
    }

    const shows = async (page: Page, title: string) => {
      const isShown = `document.title === ${JSON.stringify(title)}`
      await page.waitForFunction(isShown, undefined, { timeout: LONGEST_MS, polling: 10 }).catch(async () => {
        throw new Error(`the page shows ${await page.title()}, and never ${title}`)
      })
    }

    /** Bob says on that device what he has read, with a request of its own. */
    const readOn = (page: Page, chatId: number, message_id: number) =>
      page.evaluate<number>(`fetch('/chats/${chatId}/members/bob/read', {
        method: 'PUT',
        headers: {
          authorization: 'Bearer ' + new URLSearchParams(location.search).get('token'),
          'content-type': 'application/json',
        },
        body: '{"message_id": ${message_id}, "forward": true}',
      }).then(({ status }) => status)`)

    it('show the same on every device, and are cleared on all within a second once it was read on one', async () => {
      const { url } = hold(await served(await storage(), GUARDED), ({ stop }) => stop())
      const alice = createClient({ baseUrl: url, token: aTokenOf('alice') })
      const aChat = () => alice.createChat({ title: 'Release party', members: [{ user_id: 'bob', role: 'member' }] })
      const [{ id: one }, { id: other }] = [await aChat(), await aChat()]
      await alice.sendMessage(one, { text: 'Who brings the cake?' })

      const devices = [await aDevice(url, badgeOfReadme()), await aDevice(url, BADGE_OF_CLIENT)]
      const allShow = (title: string) => Promise.all(devices.map((device) => shows(device, title)))
      await allShow('(1) Messages')
      await alice.sendMessage(other, { text: 'Who brings plates?' })
      await allShow('(2) Messages')

      for (const [device, chatId, title] of [
        [devices[0], one, '(1) Messages'],
        [devices[1], other, 'Messages'],
      ] as const) {
        const begun = performance.now()
        expect(await readOn(device as Page, chatId, 1)).to.equal(200)
        await allShow(title)
        expect(performance.now() - begun, 'milliseconds').to.be.below(goal(1000))
      }
      await alice.sendMessage(one, { text: 'And the candles?' })
      await allShow('(1) Messages')
      await alice.removeMember(one, 'bob')
      await allShow('Messages')
    })
  })
})
