# The contract of the service providers as a table: a clause a line, a product a column.
#
#   go test -v -run '^TestContract' ./internal/vsphere ./internal/hosted | awk -f tools/contract.awk
#
# A dash is a clause of a feature that the product does not have. Fails if a clause does.

/^ *--- (PASS|FAIL|SKIP): TestContract[^\/ ]*\// {
	outcome = $2
	sub(/:$/, "", outcome)
	parts = split($3, path, "/")
	product = path[1]
	sub(/^TestContract(On)?/, "", product)
	if (parts == 3) product = path[2]
	clause = path[parts]
	if (parts == 2 && product == "") next # the line of a product as a whole
	gsub(/,_library_true/, "+lib", product)
	gsub(/,_library_false/, "", product)
	sub(/^workstation/, "ws", product)
	if (!(product in seen)) { seen[product] = 1; products[++columns] = product }
	if (!(clause in known)) { known[clause] = 1; clauses[++lines] = clause }
	cell[clause, product] = outcome == "PASS" ? "ok" : outcome == "SKIP" ? "-" : "FAIL"
	if (outcome == "FAIL") bad = 1
}

/^FAIL/ { bad = 1 }

END {
	printf "%-40s", ""
	for (p = 1; p <= columns; p++) printf " %-*s", width(products[p]), products[p]
	print ""
	for (c = 1; c <= lines; c++) {
		printf "%-40s", clauses[c]
		for (p = 1; p <= columns; p++) printf " %-*s", width(products[p]), cell[clauses[c], products[p]]
		print ""
	}
	exit bad
}

function width(text) { return length(text) > 4 ? length(text) : 4 }
