# Statement coverage of a package tree, from a Go coverage profile.
#
#   awk -f tools/coverage.awk -v floors='internal/vix=90 internal/provider=85' coverage.out
#
# With -coverpkg each test binary reports every package, so a block occurs many
# times and counts as covered if any binary ran it. Fails below a floor.

NR == 1 { next } # mode: line

{
	statements[$1] = $2
	if ($3 > 0) covered[$1] = 1
}

END {
	count = split(floors, list, " ")
	for (block in statements) {
		for (i = 1; i <= count; i++) {
			split(list[i], floor, "=")
			if (index(block, "/" floor[1] "/")) {
				total[i] += statements[block]
				if (block in covered) ran[i] += statements[block]
			}
		}
	}
	for (i = 1; i <= count; i++) {
		split(list[i], floor, "=")
		percent = total[i] ? 100 * ran[i] / total[i] : 0
		low = percent < floor[2]
		failed = failed || low
		printf "%-20s %5.1f %%  (at least %d %%)%s\n", floor[1], percent, floor[2], low ? "  TOO LOW" : ""
	}
	exit failed
}
