import { Anchor, Button, type AnchorProps, type ButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, Ref } from 'react'

type Rest<Props> = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props> & { ref?: Ref<HTMLAnchorElement> }

/** A link to another page of the console, in running text. */
export const TextLink = createLink((props: AnchorProps & Rest<AnchorProps>) => <Anchor underline='always' fz='inherit' {...props} />)

/** A link to another page of the console that looks like a button. */
export const ButtonLink = createLink((props: ButtonProps & Rest<ButtonProps>) => <Button component='a' {...props} />)
