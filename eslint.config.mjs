import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import ts from 'typescript-eslint'

export default defineConfig(
  { ignores: ['coverage/', 'dist/', 'data/'] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Ports are functions that return tasks: their implementations are async whether they wait or not.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-unused-expressions': 'off' },
  },
  {
    files: ['**/*.mjs'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', fetch: 'readonly' } },
  },
  {
    // Examples are JavaScript, as whoever copies them may write it: for browsers and for Node.
    files: ['examples/**/*.js'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...['console', 'fetch', 'process', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
          ...['AbortController', 'document', 'FormData', 'TextEncoder', 'URL'],
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
)
