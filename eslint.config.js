import neostandard from 'neostandard'

export default [
  { ignores: ['**/dist/**', '**/dist-*/**', '**/.tap/**'] },
  ...neostandard({ ts: true }),
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error'
    }
  }
]
