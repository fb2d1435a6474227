// Checks an exported log, its receipts and its cosignatures with the libraries that other people's clients
// are made of: golang.org/x/mod/sumdb and transparency-dev. Nothing here is Safelane's own.
//
//	main log DIR              every entry and every proof, from the tiles as files
//	main receipt FILE ENTRY VKEY
//	main cosigned FILE VKEY   a checkpoint cosigned by the witness with this key
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func check(err error) { must(0, err) }

func head(data []byte, vkey string) tlog.Tree {
	verifier := must(note.NewVerifier(strings.TrimSpace(vkey)))
	opened := must(note.Open(data, note.VerifierList(verifier)))
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		check(fmt.Errorf("origin %q is not the key's name", lines[0]))
	}
	return tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64)), Hash: must(tlog.ParseHash(lines[2]))}
}

// directory reads tiles from files. Go's own paths state the height, tlog-tiles leaves it out.
type directory string

func (d directory) Height() int                                 { return 8 }
func (d directory) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (d directory) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, err := os.ReadFile(filepath.Join(string(d), path))
		if err != nil {
			return nil, err
		}
		data = append(data, content)
	}
	return data, nil
}

func entries(dir string, size int64) (all [][]byte) {
	for n := int64(0); n*256 < size; n++ {
		tile := tlog.Tile{H: 8, L: -1, N: n, W: int(min(256, size-n*256))}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		data := must(os.ReadFile(filepath.Join(dir, path)))
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
	}
	return all
}

func checkLog(dir string) {
	tree := head(must(os.ReadFile(filepath.Join(dir, "checkpoint"))), string(must(os.ReadFile(filepath.Join(dir, "vkey")))))
	all := entries(dir, tree.N)
	if int64(len(all)) != tree.N {
		check(fmt.Errorf("%d entries, the checkpoint says %d", len(all), tree.N))
	}
	reader := tlog.TileHashReader(tree, directory(dir)) // verifies every tile against the root
	for i, entry := range all {
		index := int64(i)
		path := must(tlog.ProveRecord(tree.N, index, reader))
		check(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entry)))
	}
	for n := int64(1); n <= tree.N; n += 1 + n/7 {
		old := must(tlog.TreeHash(n, reader))
		path := must(tlog.ProveTree(tree.N, n, reader))
		check(tlog.CheckTree(path, tree.N, tree.Hash, n, old))
	}
	fmt.Println(tree.N)
}

func checkReceipt(receipt, entry []byte, vkey string) {
	top, checkpoint, _ := bytes.Cut(receipt, []byte("\n\n"))
	lines := strings.Split(string(top), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		check(fmt.Errorf("not a tlog-proof"))
	}
	index := must(strconv.ParseUint(strings.TrimPrefix(lines[1], "index "), 10, 64))
	var path [][]byte
	for _, line := range lines[2:] {
		path = append(path, must(base64.StdEncoding.DecodeString(line)))
	}
	tree := head(checkpoint, vkey)
	leaf := rfc6962.DefaultHasher.HashLeaf(entry)
	check(proof.VerifyInclusion(rfc6962.DefaultHasher, index, uint64(tree.N), leaf, path, tree.Hash[:]))
	fmt.Println(index)
}

func main() {
	arguments := os.Args[2:]
	switch os.Args[1] {
	case "log":
		checkLog(arguments[0])
	case "receipt":
		checkReceipt(must(os.ReadFile(arguments[0])), must(os.ReadFile(arguments[1])), arguments[2])
	case "cosigned":
		verifier := must(fnote.NewVerifierForCosignatureV1(arguments[1]))
		opened := must(note.Open(must(os.ReadFile(arguments[0])), note.VerifierList(verifier)))
		fmt.Println(must(fnote.CoSigV1Timestamp(opened.Sigs[0])).Unix())
	}
}
