import { readFile } from 'node:fs/promises'
import swaggerUi from 'swagger-ui-express'
import type { PageFile } from './documentation-files.ts'
import { favicon, script, style } from './swagger-ui-settings.ts'

const FAVICON = 'favicon.svg'

const options: swaggerUi.SwaggerUiOptions = {
  customSiteTitle: 'Messenger API',
  customfavIcon: `./${FAVICON}`,
  customCss: style,
}

/** The page's own files are asked for relative to `/docs/`, also when the page itself was asked for as `/docs`. */
const headBelow = (basePath: string) => `<head>
  <base href="${basePath}/docs/">
  <meta name="viewport" content="width=device-width, initial-scale=1">`

/** The page, and what it asks for, of a service that stands below a path. */
export const swaggerPage = (basePath: string): string =>
  swaggerUi.generateHTML(undefined, options).replace('<head>', headBelow(basePath))

const JAVASCRIPT = 'text/javascript; charset=utf-8'

const ofThePackage = (name: string, type: string): [string, PageFile] => [
  name,
  { type, read: () => readFile(new URL(import.meta.resolve(`swagger-ui-dist/${name}`))) },
]

/** What the page asks for: of the package these three files and nothing else. Nothing is fetched from elsewhere. */
export const swaggerFiles = (basePath: string): ReadonlyMap<string, PageFile> =>
  new Map([
    ofThePackage('swagger-ui.css', 'text/css; charset=utf-8'),
    ofThePackage('swagger-ui-bundle.js', JAVASCRIPT),
    ofThePackage('swagger-ui-standalone-preset.js', JAVASCRIPT),
    ['swagger-ui-init.js', { type: JAVASCRIPT, read: async () => script(basePath) }],
    [FAVICON, { type: 'image/svg+xml', read: async () => favicon }],
  ])
