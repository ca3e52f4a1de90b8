"""The six services.  None imports another; they talk over NATS.

ingress     speaks Twilio, and nothing else does
router      decides who takes a call, and keeps numbers, campaigns, buyers, targets
rtb         sells a call to the highest outside bidder
flows       walks a caller through menus, hours and splits
tracking    keeps the record of every call
console     the door for people and their programs
"""
