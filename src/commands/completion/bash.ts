import { type CommandWords, optionCases, quoted, type Values } from './vocabulary.js';

/** A completion function for bash 3.2 or later. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name);
  return `# bash completion for finwait. In ~/.bashrc: source <(finwait completion bash)
_finwait() {
  local line=\${COMP_LINE:0:COMP_POINT} words= suffix= after= files=
  local current=\${line##*[[:space:]]}
  local -a typed
  read -ra typed <<< "\${line%"$current"}"
  local command=\${typed[1]-} previous=\${typed[\${#typed[@]}-1]} value=$current
  COMPREPLY=()
  case $command in
    ${names.join('|')}) ;;
    *) command=${names[0]} ;;
  esac
  case $current in
    --*=*) previous=\${current%%=*} value=\${current#*=} ;;
  esac
  case "$command $previous" in
${commands.flatMap((command) => optionCases(command, assignments)).join('\n')}
    *)
      case $current in
        -*)
          case $command in
${commands.map(flagCase).join('\n')}
          esac ;;
        *)
          if [[ \${#typed[@]} == 1 ]]; then
            words=${quoted(names.join(' '))} files=yes
          else
            case $command in
${commands.map((command) => `              ${command.name}) ${assignments(command.argument)} ;;`).join('\n')}
            esac
          fi ;;
      esac ;;
  esac
  if [[ -n $suffix && $value == *=* ]]; then
    words=$after suffix= value=\${value#*=}
  fi
  # What stands before the value in the same word, unless readline takes it for a word of its own.
  local before=\${current%"$value"}
  [[ $COMP_WORDBREAKS == *=* ]] && before=
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -P "$before" -S "$suffix" -W "$words" -- "$value"))
  [[ -n $suffix ]] && compopt -o nospace 2> /dev/null
  if [[ -n $files ]]; then
    compopt -o filenames 2> /dev/null
    IFS=$'\\n'
    set -o noglob
    COMPREPLY+=($(compgen -f -- "$current"))
    set +o noglob
  fi
  return 0
}
# Without words of ours readline completes names of files.
complete -o default -F _finwait finwait
`;
}

function flagCase({ name, options }: CommandWords): string {
  const flags = options.flatMap((option) => option.flags);
  return `            ${name}) words=${quoted(flags.join(' '))} ;;`;
}

function assignments({ words, after }: Values): string {
  const list = `words=${quoted(words.join(' '))}`;
  return after === null ? list : `${list} suffix== after=${quoted(after.join(' '))}`;
}
