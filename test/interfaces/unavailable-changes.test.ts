import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

interface Operation {
  readonly responses: Record<string, { readonly $ref?: string }>
}

describe('A change that is answered with 503', () => {
  const { paths, components } = parse(read('openapi.yaml')) as {
    readonly paths: Record<string, Record<string, Operation>>
    readonly components: { readonly responses: Record<string, { readonly description: string }> }
  }
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    ['get', 'post', 'patch', 'delete'].flatMap((method) => (item[method] ? [{ path, method, of: item[method] }] : [])),
  )
  const unavailable = ({ responses }: Operation) =>
    components.responses[responses['503']?.$ref?.split('/').at(-1) ?? '']?.description ?? ''

  for (const { path, method, of } of operations.filter(({ of }) => '503' in of.responses)) {
    const isChange = method !== 'get'
    it(isChange ? `may have been made, says ${method} ${path}` : `is not what ${method} ${path} speaks of`, () => {
      if (isChange)
        expect(unavailable(of))
          .to.match(/may have been made/)
          .and.include('`Idempotency-Key`')
      else expect(unavailable(of)).to.not.include('may have been made')
    })
  }

  it('may have been made, and the README says so where it tells of keys', () => {
    expect(read('README.md').replaceAll(/\s+/g, ' ')).to.match(/`503` leaves you in the dark.*kept all the same/)
  })
})
