"""What services share: the words (`contracts`) and the chassis (`runtime`)."""
