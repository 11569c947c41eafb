import { ActionIcon, Alert, Button, createTheme, Table, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'
import { SteadyButton } from './components/steady-button'

/** From light to dark. White text is readable on the shade with index 8. */
const lake: MantineColorsTuple = ['#e9f7f5', '#d3ece8', '#a5dad2', '#73c6bb', '#4cb5a7', '#33a998', '#239083', '#147a6f', '#0b6b63', '#045049']

export const theme = createTheme({
  colors: { lake },
  primaryColor: 'lake',
  primaryShade: { light: 8, dark: 8 },
  cursorType: 'pointer',
  respectReducedMotion: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  headings: { fontWeight: '650' },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { component: SteadyButton } }),
    Alert: Alert.extend({ defaultProps: { variant: 'outline' }, styles: { title: { color: 'var(--mantine-color-text)' } } }),
    Button: Button.extend({ defaultProps: { component: SteadyButton } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'sm', highlightOnHover: true } })
  }
})

/** Mantine's default grays and reds have too little contrast for small text (WCAG 1.4.3). */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#545b62',
    '--mantine-color-placeholder': '#5f666d',
    '--mantine-color-error': '#b42318',
    '--mantine-color-anchor': '#0b6b63'
  },
  dark: {
    '--mantine-color-dimmed': '#b4b8bd',
    '--mantine-color-placeholder': '#a3a8ad',
    '--mantine-color-error': '#ff9d96',
    '--mantine-color-anchor': '#73c6bb'
  }
})
