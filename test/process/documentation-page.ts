import type { Browser, Page } from 'playwright-core'

/** A page, everything it asks for and everything it complains of (violations of the content policy, too). */
export const aPage = async (browser: Browser, width = 1280, height = 720) => {
  const page = await browser.newPage({ viewport: { width, height }, isMobile: width < 600 })
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('requestfailed', (request) => {
    // The page reads the beginning of a stream and lets go of it.
    const isStream = /\/events(\?|$)/.test(request.url())
    if (!isStream) complaints.push(`${request.url()} ${request.failure()?.errorText}`)
  })
  page.on('response', (answer) => answer.status() >= 400 && complaints.push(`${answer.url()} ${answer.status()}`))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (line) => ['error', 'warning'].includes(line.type()) && complaints.push(line.text()))
  return { page, requests, complaints }
}

/** Shows the credential to whatever asks for one, as somebody does who has it at hand. */
export const authorize = async (page: Page, credential: string) => {
  await page.locator('.auth-wrapper').getByRole('button', { name: 'Authorize' }).click()
  const dialog = page.locator('.dialog-ux')
  await dialog.locator('input').fill(credential)
  await dialog.getByRole('button', { name: 'Apply credentials' }).click()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
}

/** What this uses of an HTMLInputElement. */
interface Field {
  readonly value: string
  readonly closest: (selector: string) => { readonly dataset: { readonly paramName?: string } } | null
}

/** One operation of the page, as somebody who sees it for the first time uses it. */
export const operationOn = (page: Page, id: string) => {
  const block = page.locator(`.opblock[id$="-${id}"]`)
  const fieldsOf = (name?: string) =>
    block.locator(`tr[data-param-name${name === undefined ? '' : `="${name}"`}] :is(input, select, textarea)`)

  return {
    open: async () => {
      await block.locator('.opblock-summary').click()
      await block.getByRole('button', { name: 'Try it out' }).click()
    },
    close: () => block.locator('.opblock-summary-control').click(),

    /** What the fields of parameters hold, by name. */
    filled: async (): Promise<readonly (readonly [name: string, value: string])[]> =>
      fieldsOf().evaluateAll((fields) =>
        (fields as unknown as Field[]).map(
          (field) => [field.closest('tr')?.dataset.paramName ?? '', field.value] as const,
        ),
      ),

    type: async (name: string, value: string) => {
      const field = fieldsOf(name)
      if ((await field.count()) === 0) await block.getByRole('button', { name: /^Add .* item$/ }).click()
      await field.fill(value)
    },
    typeBody: (value: unknown) => block.locator('textarea.body-param__text').fill(JSON.stringify(value)),

    /** Clicks, and reads what is shown of the answer to that click. */
    execute: async () => {
      const [answer] = await Promise.all([
        page.waitForResponse((response) => ['xhr', 'fetch'].includes(response.request().resourceType())),
        block.getByRole('button', { name: 'Execute' }).click(),
      ])
      const headers = answer.headers()
      const shown = block.locator('.live-responses-table tbody .response').first()
      await shown.filter({ hasText: headers['x-request-id'] ?? 'no request id' }).waitFor()
      return {
        status: (await shown.locator('.response-col_status').innerText()).trim().slice(0, 3),
        headers,
        text: await shown.innerText(),
        body: () => shown.locator('.highlight-code pre').first().innerText(),
      }
    },
  }
}
