import type * as served from '../interfaces/http/service/swagger-ui.ts'

/**
 * Stands in for `service/swagger-ui.ts` in the published package (see test/package/build.ts): nobody looks at the page of
 * a messenger in a test, and 12 MB with an install script would be a high price for it.
 */
export const swaggerPage: typeof served.swaggerPage = () =>
  '<!DOCTYPE html>\n<html lang="en">\n<head><title>Messenger API</title></head>\n' +
  '<body>Swagger UI is left out in tests. The document is at <a href="/openapi.yaml">/openapi.yaml</a>.</body>\n</html>\n'

export const swaggerFiles: typeof served.swaggerFiles = () => new Map()
