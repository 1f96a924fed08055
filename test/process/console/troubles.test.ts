import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createClient } from '../../../src/client/index.ts'
import { aKeyOn, aTokenOf, GUARDED, inSeconds, ROOT_KEY } from '../../credentials.ts'
import { clientOf } from '../../client.ts'
import { memoryStorage, served } from '../../served.ts'
import { until } from '../../until.ts'
import { aProxy } from '../chaos/proxy.ts'
import { aBrowser, beginAs, beginWith, field, messageSaying, openChat, write } from './desk.ts'

describe('The console in trouble', function () {
  this.timeout(120_000)
  const { aWindow, hold } = aBrowser()

  const aService = async (variables = {}) => hold(await served(memoryStorage(), variables), ({ stop }) => stop())

  /** The service behind something that can cut it off, with a chat of alice's and bob's. */
  const behindProxy = async () => {
    const { url } = await aService()
    let isThere = true
    const port = Number(new URL(url).port)
    const proxy = hold(await aProxy(() => (isThere ? { port, host: '127.0.0.1' } : undefined)), ({ close }) => close())
    const bob = createClient({ baseUrl: url }).as('bob')
    const members = [{ user_id: 'alice', role: 'member' }] as const
    const { id } = await bob.createChat({ title: 'Release party', members })
    const { page } = await aWindow(`http://127.0.0.1:${proxy.port}`)
    await beginAs(page, 'alice')
    await openChat(page, 'Release party')
    const cut = (isCut: boolean) => {
      isThere = !isCut
      if (isCut) proxy.reset()
    }
    return { page, proxy, cut, bob, id }
  }

  it('says that it is cut off, and has missed nothing when it is back', async () => {
    const { page, cut, bob, id } = await behindProxy()
    await bob.sendMessage(id, { text: 'before' })
    await messageSaying(page, 'before').waitFor()
    cut(true)
    const chat = page.locator('section header')
    await chat.getByText('Reconnecting…').waitFor()
    await page.locator('nav').getByText('Reconnecting…').waitFor()
    await bob.sendMessage(id, { text: 'meanwhile' })
    await field(page).fill('half a sentence')
    cut(false)
    await messageSaying(page, 'meanwhile').waitFor()
    await chat.getByText('Reconnecting…').waitFor({ state: 'detached' })
    expect(await field(page).inputValue()).to.equal('half a sentence')
    await bob.sendMessage(id, { text: 'after' })
    await messageSaying(page, 'after').waitFor()
    expect(await page.locator('[data-id]').count()).to.equal(3)
  })

  it('says so when the browser itself is off line', async () => {
    const { page, bob, id } = await behindProxy()
    await page.context().setOffline(true)
    await page.locator('section header').getByText('Reconnecting…').waitFor()
    await bob.sendMessage(id, { text: 'meanwhile' })
    await page.context().setOffline(false)
    await messageSaying(page, 'meanwhile').waitFor()
  })

  it('keeps what could not be sent, and sends it once when asked to, also if it had come there', async () => {
    const { page, proxy, cut, bob, id } = await behindProxy()
    cut(true)
    await write(page, 'Who brings the cake?')
    const retry = page.getByRole('button', { name: 'Retry' })
    await retry.waitFor()
    cut(false)
    await retry.click()
    await messageSaying(page, 'Who brings the cake?').locator('..').locator('[data-id="1"]').waitFor()
    await retry.waitFor({ state: 'detached' })

    proxy.stall('answers')
    await write(page, 'And plates?')
    await until(async () => (await bob.listMessages(id)).entries.length === 2)
    cut(true)
    await retry.waitFor()
    proxy.stall(undefined)
    const answered = page.waitForResponse(
      (one) => one.request().method() === 'POST' && one.url().endsWith('/messages/'),
    )
    await retry.click()
    cut(false)
    await answered
    await page.locator('[data-id="2"]').waitFor()
    await retry.waitFor({ state: 'detached' })
    expect((await bob.listMessages(id)).entries.map(({ text }) => text)).to.deep.equal([
      'And plates?',
      'Who brings the cake?',
    ])
    expect(await messageSaying(page, 'And plates?').count()).to.equal(1)
  })

  it('asks for another token when one has expired, and loses nothing that was typed', async () => {
    const { url } = await aService(GUARDED)
    const bob = createClient({ baseUrl: url, token: aTokenOf('bob') })
    const { id } = await bob.createChat({ title: 'Release party', members: [{ user_id: 'alice', role: 'member' }] })
    const { page } = await aWindow(url)
    const expires = inSeconds(6)
    await beginWith(page, aTokenOf('alice', { exp: expires }))
    await openChat(page, 'Release party')
    await field(page).fill('half a sentence')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('expired').waitFor()
    await bob.sendMessage(id, { text: 'meanwhile' })

    const renewWith = async (token: string) => {
      await dialog.getByLabel('Token or API key').fill(token)
      await page.keyboard.press('Enter')
    }
    await renewWith(aTokenOf('carol'))
    await dialog.getByText('of another user').waitFor()
    await renewWith(aTokenOf('alice'))
    await dialog.waitFor({ state: 'detached' })
    await messageSaying(page, 'meanwhile').waitFor()
    expect(await field(page).inputValue()).to.equal('half a sentence')
    await field(page).press('Enter')
    await messageSaying(page, 'half a sentence').waitFor()
    expect(page.url()).to.equal(`${url}/#/chats/${id}`)
    expect(await page.evaluate<number>('localStorage.length + document.cookie.length')).to.equal(0)
  })

  it('acts for a user by the key of a service, and shows the key in no command', async () => {
    const { url } = await aService(GUARDED)
    const { secret } = await aKeyOn(clientOf(url), ['read', 'write', 'act'])
    await createClient({ baseUrl: url, token: ROOT_KEY }).as('alice').createChat({ title: 'Release party' })
    const { page, complaints } = await aWindow(url, { viewport: { width: 1400, height: 800 } })
    await beginWith(page, secret, 'alice')
    await openChat(page, 'Release party')
    await write(page, 'With a key')
    await messageSaying(page, 'With a key').getByText('alice').waitFor()
    const commands = await page.locator('.requests code').allTextContents()
    expect(commands.length).to.be.above(3)
    expect(commands.filter((command) => command.includes('$TOKEN')).length).to.be.above(3)
    expect(await page.content()).to.not.include(secret)
    expect(complaints).to.deep.equal([])
  })

  it('is the same below any path: nothing of it is asked for from the root', async () => {
    const { url } = await aService()
    const outside: string[] = []
    const proxy = createServer((req, res) => {
      const path = req.url ?? ''
      if (!path.startsWith('/chat/')) {
        outside.push(path)
        res.writeHead(404).end()
        return
      }
      const { method, headers } = req
      const passed = request(url + path.slice('/chat'.length), { method, headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(res)
      })
      res.on('close', () => passed.destroy())
      req.pipe(passed.on('error', () => res.destroy()))
    })
    hold(proxy, (one) => {
      one.closeAllConnections()
      one.close()
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    await createClient({ baseUrl: url }).as('alice').createChat({ title: 'Release party' })
    const { page, complaints } = await aWindow(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/chat/`)
    await beginAs(page, 'alice')
    await openChat(page, 'Release party')
    await write(page, 'Below a path')
    await messageSaying(page, 'Below a path').getByText('#1').waitFor()
    expect([outside, complaints]).to.deep.equal([[], []])
  })
})
